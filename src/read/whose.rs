//! Whose a column is that does not say so itself, told by what stands beside it.

use super::heading::HeadedColumn;
use super::stacked;
use crate::model::list::Kind;
use crate::templates::fields::{Claim, Field, Fields, Record, Role};
use crate::templates::heading::Heading;

/// Settles whose the columns of a table are. What is told of somebody no such list tells of loses its claims: it is
/// kept as written and told.
pub fn settle(columns: &mut [HeadedColumn], kind: Kind, fields: &Fields) {
    legends(columns);
    by_group(columns, fields);
    by_place(columns, fields);
    for column in columns.iter_mut().filter(|column| !column.is_settled) {
        column.claims.retain(|claim| claim.role.is_none_or(|role| is_of(kind, role, fields)));
    }
}

/// Whose the column of an unknown kind of person is, if it says so: 配偶 in a list of policies.
pub fn said_of(heading: &str, fields: &Fields) -> Option<Role> {
    stacked::claims_of(heading, fields).first()?.role
}

/// Whether lists of a kind tell of such a person.
fn is_of(kind: Kind, role: Role, fields: &Fields) -> bool {
    match role {
        Role::Client | Role::Applicant | Role::Head => true,
        Role::Insured => kind.has_policies(),
        Role::Member => matches!(kind, Kind::Family | Kind::Relatives),
        role => matches!(kind, Kind::Clients | Kind::Register) && fields.relation_of(role).is_some(),
    }
}

/// 说明 behind a blank column explains the table; it is no remark on a client.
fn legends(columns: &mut [HeadedColumn]) {
    if let [.., before, last] = columns
        && last.at > before.at + 1
        && !last.is_settled
        && Heading::of(&last.heading).key == "说明"
    {
        last.claims.clear();
    }
}

/// A second group of columns with a name of its own is about a second person, whatever stands over it.
fn by_group(columns: &mut [HeadedColumn], fields: &Fields) {
    let group = |column: &HeadedColumn| column.heading.rsplit_once('_').map(|(group, _)| group.to_string());
    let is_name = |column: &HeadedColumn| column.claims.contains(&Claim { field: Field::NAME, role: None });
    let Some(first) = columns.iter().position(is_name) else { return };
    let own = group(&columns[first]);
    let others: Vec<String> = columns[first + 1..].iter().filter(|column| is_name(column)).filter_map(group).collect();
    for column in columns.iter_mut().filter(|column| !column.is_settled) {
        if group(column).is_some_and(|group| Some(&group) != own.as_ref() && others.contains(&group)) {
            column.claims.retain(|claim| !is_told_of_people(*claim, fields));
            column.is_of_somebody = column.claims.is_empty();
        }
    }
}

fn is_told_of_people(claim: Claim, fields: &Fields) -> bool {
    claim.role.is_none() && matches!(fields.entry(claim.field).of, Record::Person | Record::Household | Record::Family)
}

/// 投保人, 电话, 被保人, 电话: where the same heading comes behind two names, what stands behind a name is that
/// person's.
fn by_place(columns: &mut [HeadedColumn], fields: &Fields) {
    let mut behind: Vec<Option<usize>> = Vec::with_capacity(columns.len());
    let mut last = None;
    for (at, column) in columns.iter().enumerate() {
        behind.push(last);
        if column.claims.iter().any(|claim| names_somebody(*claim)) {
            last = Some(at);
        }
    }
    let is_of_nobody = |column: &HeadedColumn| {
        let of_person = |claim: &Claim| claim.role.is_none() && fields.entry(claim.field).of == Record::Person;
        !column.is_settled
            && !column.heading.contains('_')
            && column.claims.iter().any(of_person)
            && !column.claims.iter().any(|claim| names_somebody(*claim))
    };
    let role_of = |name: usize| columns[name].claims.iter().find_map(|claim| claim.role);
    let key = |at: usize| Heading::of(&columns[at].heading).key;
    let loose: Vec<usize> = (0..columns.len()).filter(|at| is_of_nobody(&columns[*at])).collect();
    let repeats = |name: usize| {
        let here = loose.iter().filter(|at| behind[**at] == Some(name));
        here.clone().any(|at| {
            loose.iter().any(|other| {
                let elsewhere = behind[*other].filter(|elsewhere| *elsewhere != name);
                elsewhere.is_some_and(|elsewhere| role_of(elsewhere) != role_of(name)) && key(*other) == key(*at)
            })
        })
    };
    // A second 姓名 without a word is somebody else's: what came before it and comes again is not the client's.
    let unnamed = |name: usize| columns[name].claims.contains(&Claim { field: Field::NAME, role: None });
    let second = |name: usize| (0..name).any(|first| unnamed(first) && key(first) == key(name));
    let of_others: Vec<usize> = loose
        .iter()
        .copied()
        .filter(|at| behind[*at].is_some_and(|name| unnamed(name) && second(name)))
        .filter(|at| loose.iter().any(|first| first < at && key(*first) == key(*at)))
        .collect();
    let told: Vec<(usize, Role)> = loose
        .iter()
        .filter_map(|at| {
            let name = behind[*at]?;
            Some((*at, role_of(name)?)).filter(|_| repeats(name))
        })
        .collect();
    for at in of_others {
        columns[at].claims.clear();
        columns[at].is_of_somebody = true;
    }
    for (at, role) in told {
        for claim in columns[at].claims.iter_mut().filter(|claim| fields.entry(claim.field).of == Record::Person) {
            claim.role = Some(role);
        }
    }
}

/// Whether a column begins what is told of somebody: a name, or an agent's.
fn names_somebody(claim: Claim) -> bool {
    const AGENTS: [Field; 3] = [Field::AGENT, Field::SELLER, Field::PREVIOUS_AGENT];
    claim.field == Field::NAME || AGENTS.contains(&claim.field)
}
