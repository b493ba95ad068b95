//! The office's book: everything known at the end of a run, one table a kind of record. This is what rules look
//! at, sheets are made of, and the store keeps.

use polars::prelude::DataFrame;

/// All tables. Columns are named by the keys of `fields.toml`; money is whole 分.
#[derive(Clone, Debug)]
pub struct Book {
    /// A row a human being: `person_id`, name, certificate, … and the fields of persons.
    pub persons: DataFrame,
    /// A row a card: `household_no`, `head`, `agent`, `team`, `first_seen`, `last_seen`, … and the fields of
    /// households.
    pub households: DataFrame,
    /// A row a person in a household: `household_no`, `person_id`, `member_no`, `relation`, `is_head`, `because`, `why`.
    pub members: DataFrame,
    /// A row a policy: `household_no`, `applicant_person_id`, `insured_person_id`, … and the fields of policies.
    pub policies: DataFrame,
    /// A row a visit; `household_no` is blank when nobody could be found.
    pub visits: DataFrame,
    /// A row a thing a client wants or lacks; `household_no` is blank when nobody could be found.
    pub needs: DataFrame,
    /// A row a person a client named.
    pub referrals: DataFrame,
    /// A row a number ever given.
    pub numbers: DataFrame,
    /// A row an agent: name, code, team, supervisor, status.
    pub agents: DataFrame,
    /// A row a statement about who somebody is.
    pub mentions: DataFrame,
    /// A row a statement about two people.
    pub ties: DataFrame,
    /// A row a telephone that belongs to an agent, and says nothing about clients.
    pub agent_phones: DataFrame,
    /// A row a text that says more than the value it became, or that became none.
    pub originals: DataFrame,
    /// A row a difference to the run before.
    pub changes: DataFrame,
    /// A row a problem.
    pub problems: DataFrame,
}

impl Book {
    /// Tables with their names, in the order they are written.
    pub fn tables(&self) -> [(&'static str, &DataFrame); 15] {
        [
            ("persons", &self.persons),
            ("households", &self.households),
            ("members", &self.members),
            ("policies", &self.policies),
            ("visits", &self.visits),
            ("needs", &self.needs),
            ("referrals", &self.referrals),
            ("numbers", &self.numbers),
            ("agents", &self.agents),
            ("mentions", &self.mentions),
            ("ties", &self.ties),
            ("agent_phones", &self.agent_phones),
            ("originals", &self.originals),
            ("changes", &self.changes),
            ("problems", &self.problems),
        ]
    }
}
