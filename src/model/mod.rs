//! One type a file: what a cell's text becomes when it is understood, and what the stages hand each other.
//!
//! Every parser is `T::read(Cell, …) -> Reading<T, BadT>`: blank, masked, good and wrong are four different
//! answers. A good value prints as its normal form, and reading that gives the same value again.

// What comes in and what goes out.
pub mod cell;
pub mod reading;

// What all parsers have in common.
mod mask;
pub mod text;
mod typed;

// A person.
pub mod name;
pub mod surname;

pub mod certificate;
pub mod gender;
pub mod id_card;
pub mod marital;

pub mod phone;

pub mod address;

// A family.
pub mod family_cell;
pub mod relation;

// A card and what is written on it.
pub mod client_no;
pub mod client_type;
pub mod date;
pub mod money;
pub mod tier;
pub mod variants;
pub mod visible;
pub mod visit_way;
pub mod yes_no;

// A policy.
pub mod coverage;
pub mod pay;
pub mod policy_status;
pub mod product;

// Words, and what they are made of.
mod count;
mod span;
pub mod tick;
pub mod word;

// What is said about all of them.
pub mod fault;
pub mod fault_words;

// What the stages hand each other.
pub mod assembled;
pub mod columns;
pub mod intern;
pub mod list;
pub mod order;
pub mod report;
pub mod shape;
