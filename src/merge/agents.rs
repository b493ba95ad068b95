//! Who serves whom: agents, their teams and supervisors.

use std::collections::BTreeMap;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::Month;
use crate::model::columns::Data;
use crate::model::list::{Kind, List};
use crate::templates::fields::Field;

/// An agent as the 团队架构 or the lists know them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// 工号.
    pub code: String,
    /// 团队.
    pub team: String,
    /// 主管.
    pub supervisor: String,
    /// 在职状态.
    pub status: String,
}

impl Agent {
    /// Whether the agent has left.
    pub fn has_left(&self) -> bool {
        self.status.contains("离职") || self.status.contains("解约")
    }
}

/// All agents, by name.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    by_name: BTreeMap<String, Agent>,
}

/// Who serves the client of each row of a list: the present servicer, else who sold it (T7). Never the previous one.
pub struct Servicers<'l> {
    servicers: Option<&'l Data>,
    sellers: Option<&'l Data>,
}

impl<'l> Servicers<'l> {
    /// Those of a list.
    pub fn of(list: &'l List) -> Self {
        Servicers { servicers: list.data(Field::AGENT), sellers: list.data(Field::SELLER) }
    }

    /// The name in a row; empty when it has none.
    pub fn at(&self, row: usize) -> &'l str {
        let name = |data: Option<&'l Data>| data.map_or("", |names| names.text(row));
        let servicer = name(self.servicers);
        if servicer.is_empty() { name(self.sellers) } else { servicer }
    }
}

impl Agents {
    /// From the 团队架构, and for agents it does not name, from what most rows of the other lists say.
    pub fn collect(month: &Month<'_>) -> Agents {
        let mut agents = Agents::default();
        if let Some(book) = month.previous {
            agents.take_stored(&book.agents);
        }
        let mut votes: FxHashMap<(&str, Field), BTreeMap<&str, usize>> = FxHashMap::default();
        for list in month.lists.iter().filter(|list| !matches!(list.kind, Kind::Visits | Kind::FamilyCheck)) {
            let weight = if list.kind == Kind::Organisation { 1_000_000 } else { 1 };
            let fields = [Field::TEAM, Field::SUPERVISOR, Field::AGENT_CODE, Field::SELLER_CODE, Field::AGENT_STATUS];
            let columns: Vec<(Field, &Data)> =
                fields.iter().filter_map(|field| Some((*field, list.data(*field)?))).collect();
            let servicers = Servicers::of(list);
            for row in 0..list.len() {
                let name = servicers.at(row);
                if name.is_empty() {
                    continue;
                }
                for (field, data) in &columns {
                    let word = data.text(row);
                    if !word.is_empty() {
                        *votes.entry((name, *field)).or_default().entry(word).or_default() += weight;
                    }
                }
                if !agents.by_name.contains_key(name) {
                    agents.by_name.insert(name.to_string(), Agent::default());
                }
            }
        }
        for (name, agent) in &mut agents.by_name {
            let take = |field: Field, into: &mut String| {
                let Some(words) = votes.get(&(name.as_str(), field)) else { return };
                // Most votes; of equals the first in order.
                let most = words.iter().max_by(|(a, a_votes), (b, b_votes)| (a_votes, b).cmp(&(b_votes, a)));
                if let Some((word, _)) = most {
                    *into = word.to_string();
                }
            };
            take(Field::TEAM, &mut agent.team);
            take(Field::SUPERVISOR, &mut agent.supervisor);
            take(Field::AGENT_STATUS, &mut agent.status);
            take(Field::SELLER_CODE, &mut agent.code);
            take(Field::AGENT_CODE, &mut agent.code);
        }
        // Everybody in a team has the supervisor that somebody in it has.
        let supervisors: BTreeMap<String, String> = agents
            .by_name
            .values()
            .filter(|agent| !agent.team.is_empty() && !agent.supervisor.is_empty())
            .map(|agent| (agent.team.clone(), agent.supervisor.clone()))
            .collect();
        for agent in agents.by_name.values_mut().filter(|agent| agent.supervisor.is_empty()) {
            agent.supervisor = supervisors.get(&agent.team).cloned().unwrap_or_default();
        }
        agents
    }

    fn take_stored(&mut self, frame: &DataFrame) {
        let column = |name: &str| frame.column(name).ok().and_then(|column| column.str().ok());
        let (Some(names), Some(codes), Some(teams), Some(supervisors), Some(statuses)) =
            (column("agent"), column("agent_code"), column("team"), column("supervisor"), column("agent_status"))
        else {
            return;
        };
        for row in 0..frame.height() {
            let text = |column: &StringChunked| column.get(row).unwrap_or("").to_string();
            let agent =
                Agent { code: text(codes), team: text(teams), supervisor: text(supervisors), status: text(statuses) };
            self.by_name.insert(text(names), agent);
        }
    }

    /// What is known of an agent.
    pub fn get(&self, name: &str) -> Option<&Agent> {
        self.by_name.get(name)
    }

    /// As a table of the store. Agents of the last run who appear nowhere this month stay.
    pub fn frame(&self) -> PolarsResult<DataFrame> {
        let text = |name: &str, value: fn(&Agent) -> &str| {
            StringChunked::from_iter_values(name.into(), self.by_name.values().map(value)).into_column()
        };
        DataFrame::new(
            self.by_name.len(),
            vec![
                StringChunked::from_iter_values("agent".into(), self.by_name.keys().map(String::as_str)).into_column(),
                text("agent_code", |agent| &agent.code),
                text("team", |agent| &agent.team),
                text("supervisor", |agent| &agent.supervisor),
                text("agent_status", |agent| &agent.status),
            ],
        )
    }

    /// The present servicer of each policy: `serviced_by`.
    pub fn of_policies(&self, columns: &[Column]) -> PolarsResult<Column> {
        let find = |name: &str| columns.iter().find(|column| column.name() == name).map(Column::str).transpose();
        let (agents, sellers) = (find("agent")?, find("seller")?);
        let count = columns.first().map_or(0, Column::len);
        let name = |row: usize| agents.and_then(|names| names.get(row)).or_else(|| sellers.and_then(|names| names.get(row)));
        let serviced: StringChunked = (0..count).map(name).collect();
        Ok(serviced.with_name("serviced_by".into()).into_column())
    }
}
