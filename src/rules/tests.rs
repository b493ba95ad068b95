//! Rules on small books: one household, one question.

use chrono::NaiveDate;
use polars::prelude::*;

use super::{assess, conditions, totals};
use crate::book::Book;
use crate::model::report::{IndexLine, MonthReport, VisitState};
use crate::templates::Templates;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

fn texts(name: &str, values: Vec<Option<&'static str>>) -> Column {
    values.into_iter().collect::<StringChunked>().with_name(name.into()).into_column()
}

fn dates(name: &str, values: Vec<Option<&'static str>>) -> Column {
    let days = values.into_iter().map(|text| text.map(|text| super::facts::days(day(text)) as i32));
    days.collect::<Int32Chunked>().with_name(name.into()).into_column().cast(&DataType::Date).unwrap()
}

/// A day, or a day and a time.
fn moments(name: &str, values: &[Option<&'static str>]) -> Column {
    let millis = |text: &str| {
        let time = if text.len() > 10 { text.replace(' ', "T") } else { format!("{text}T00:00:00") };
        time.parse::<chrono::NaiveDateTime>().unwrap_or_else(|_| panic!("{time}")).and_utc().timestamp_millis()
    };
    let all = values.iter().map(|text| text.map(millis));
    let all = all.collect::<Int64Chunked>().with_name(name.into()).into_column();
    all.cast(&DataType::Datetime(TimeUnit::Milliseconds, None)).unwrap()
}

/// A household, its number first.
#[derive(Clone, Copy, Default)]
struct Home {
    number: &'static str,
    tier: Option<&'static str>,
    assigned: Option<&'static str>,
    last_contact: Option<&'static str>,
    agreed: Option<&'static str>,
    no_service: Option<&'static str>,
    first_seen: Option<&'static str>,
    in_company_list: Option<&'static str>,
}

/// A policy of a household: status, product class, 分 a year, day it lapsed.
#[derive(Clone, Copy)]
struct Policy(&'static str, &'static str, &'static str, i64, Option<&'static str>);

/// A visit of a household: when, when recorded, next agreed.
#[derive(Clone, Copy)]
struct Visit(&'static str, &'static str, Option<&'static str>, Option<&'static str>);

/// A member: of which household, whether head, born.
#[derive(Clone, Copy)]
struct Member(&'static str, bool, Option<&'static str>);

fn book(homes: &[Home], policies: &[Policy], visits: &[Visit], members: &[Member]) -> Book {
    let of = |get: fn(&Home) -> Option<&'static str>| homes.iter().map(get).collect::<Vec<_>>();
    let of_policy = |get: fn(&Policy) -> Option<&'static str>| policies.iter().map(get).collect::<Vec<_>>();
    let in_force = |policy: &Policy| {
        crate::model::policy_status::PolicyStatus::from_title(policy.1).is_none_or(|status| status.in_force())
    };
    let has_time = |get: fn(&Visit) -> Option<&'static str>| -> BooleanChunked {
        visits.iter().map(|visit| get(visit).map(|text| text.len() > 10)).collect()
    };
    let flags = |name: &str, flags: BooleanChunked| flags.with_name(name.into()).into_column();
    let frame = |count, columns| DataFrame::new(count, columns).unwrap();
    Book {
        households: frame(
            homes.len(),
            vec![
                texts("household_no", of(|home| Some(home.number))),
                texts("head", of(|_| Some("王伟"))),
                texts("hand_tier", of(|home| home.tier)),
                texts("segment", of(|_| None)),
                texts("demand", of(|_| None)),
                texts("main_need", of(|_| None)),
                texts("no_service", of(|home| home.no_service)),
                dates("assigned_date", of(|home| home.assigned)),
                dates("last_contact", of(|home| home.last_contact)),
                dates("agreed_visit", of(|home| home.agreed)),
                texts("agent", of(|_| Some("李娜"))),
                texts("team", of(|_| Some("一部"))),
                dates("first_seen", of(|home| home.first_seen)),
                dates("last_in_company_list", of(|home| home.in_company_list)),
            ],
        ),
        policies: frame(
            policies.len(),
            vec![
                texts("household_no", of_policy(|policy| Some(policy.0))),
                texts("status", of_policy(|policy| Some(policy.1).filter(|status| !status.is_empty()))),
                texts("product_class", of_policy(|policy| Some(policy.2))),
                policies
                    .iter()
                    .map(|policy| Some(policy.3))
                    .collect::<Int64Chunked>()
                    .with_name("annual_fen".into())
                    .into_column(),
                dates("lapse_date", of_policy(|policy| policy.4)),
                flags("in_force", policies.iter().map(|policy| Some(in_force(policy))).collect()),
            ],
        ),
        visits: frame(
            visits.len(),
            vec![
                texts("household_no", visits.iter().map(|visit| Some(visit.0)).collect()),
                moments("visit_time", &visits.iter().map(|visit| Some(visit.1)).collect::<Vec<_>>()),
                moments("recorded_time", &visits.iter().map(|visit| visit.2).collect::<Vec<_>>()),
                flags("visit_has_time", has_time(|visit| Some(visit.1))),
                flags("recorded_has_time", has_time(|visit| visit.2)),
                dates("next_visit", visits.iter().map(|visit| visit.3).collect()),
                dates("visit_date", visits.iter().map(|visit| Some(&visit.1[..10])).collect()),
            ],
        ),
        members: frame(
            members.len(),
            vec![
                texts("household_no", members.iter().map(|member| Some(member.0)).collect()),
                flags("is_head", members.iter().map(|member| Some(member.1)).collect()),
                texts("gender", members.iter().map(|_| Some("男")).collect()),
                dates("birth_date", members.iter().map(|member| member.2).collect()),
            ],
        ),
        agents: frame(1, vec![texts("team", vec![Some("一部")]), texts("supervisor", vec![Some("周敏")])]),
        persons: DataFrame::empty(),
        needs: DataFrame::empty(),
        referrals: DataFrame::empty(),
        numbers: DataFrame::empty(),
        mentions: DataFrame::empty(),
        ties: DataFrame::empty(),
        agent_phones: DataFrame::empty(),
        originals: DataFrame::empty(),
        changes: DataFrame::empty(),
        problems: DataFrame::empty(),
    }
}

fn assessed(book: &Book, as_of: &str) -> MonthReport {
    let templates = Templates::builtin();
    let conditions = conditions(&templates.rules, &templates.fields).unwrap();
    assess(book, &templates, &conditions, "朝阳", day(as_of)).unwrap()
}

/// The index line of one household on 2026-11-30.
fn line(home: Home, visits: &[Visit]) -> IndexLine {
    let report = assessed(&book(&[home], &[], visits, &[]), "2026-11-30");
    report.index.into_iter().next().expect("one household")
}

const W1: &str = "W0001";

fn home() -> Home {
    Home { number: W1, tier: Some("A"), ..Home::default() }
}

/// State, days overdue (0 when not), and the day a visit is due.
#[track_caller]
fn state(home: Home, visits: &[Visit], want: (VisitState, u32, &str)) {
    let line = line(home, visits);
    let due = line.next_due.map(|day| day.to_string()).unwrap_or_default();
    assert_eq!((line.visit_state, line.overdue_days.unwrap_or(0), due.as_str()), want);
}

/// A: due when 30 days have passed, overdue when more than 90 have. 2026-11-30 is day 0.
#[test]
fn intervals_count_from_the_last_visit() {
    let visited = |on| [Visit(W1, on, None, None)];
    let case = |on, want| state(home(), &visited(on), want);
    case("2026-11-30", (VisitState::InTime, 0, "2026-12-30"));
    case("2026-11-01", (VisitState::InTime, 0, "2026-12-01")); // 29 days ago
    case("2026-10-31", (VisitState::Due, 0, "2026-11-30")); // 30
    case("2026-09-01", (VisitState::Due, 0, "2026-10-01")); // 90
    case("2026-08-31", (VisitState::Overdue, 1, "2026-09-30")); // 91
    let tier = |tier, on| line(Home { tier: Some(tier), ..home() }, &visited(on)).visit_state;
    assert_eq!((tier("B", "2026-06-03"), tier("B", "2026-06-02")), (VisitState::Due, VisitState::Overdue)); // 180, 181
    assert_eq!((tier("C", "2025-11-30"), tier("C", "2025-11-29")), (VisitState::Due, VisitState::Overdue)); // 365, 366
    assert_eq!((tier("D", "2024-11-30"), tier("D", "2024-11-29")), (VisitState::Due, VisitState::Overdue)); // 730, 731
    assert_eq!(tier("D", "2025-12-01"), VisitState::InTime); // 364
}

#[test]
fn never_visited_counts_from_the_day_the_household_was_assigned() {
    state(Home { assigned: Some("2026-10-31"), ..home() }, &[], (VisitState::Due, 0, "2026-11-30"));
    state(Home { assigned: Some("2026-08-31"), ..home() }, &[], (VisitState::Overdue, 1, "2026-09-30"));
    state(home(), &[], (VisitState::Unknown, 0, ""));
    // No tier, no interval; never taken for D.
    state(Home { tier: None, assigned: Some("2020-01-01"), ..home() }, &[], (VisitState::Unknown, 0, ""));
    let recent = [Visit(W1, "2026-11-29", None, None)];
    state(Home { assigned: Some("2020-01-01"), ..home() }, &recent, (VisitState::InTime, 0, "2026-12-29"));
}

#[test]
fn a_visit_that_has_not_happened_is_no_visit() {
    let visits = [Visit(W1, "2026-10-31", None, None), Visit(W1, "2026-12-01", None, None)];
    let line = line(Home { last_contact: Some("2027-01-01"), ..home() }, &visits);
    assert_eq!((line.last_visit, line.visit_state), (Some(day("2026-10-31")), VisitState::Due));
    let today = [Visit(W1, "2026-11-30 23:59:00", None, None)];
    assert_eq!(super::tests::line(home(), &today).last_visit, Some(day("2026-11-30")));
    let by_card = super::tests::line(Home { last_contact: Some("2026-11-05"), ..home() }, &visits);
    assert_eq!(by_card.last_visit, Some(day("2026-11-05")));
}

#[test]
fn a_date_agreed_with_the_client_comes_first() {
    let long_ago = "2026-01-01";
    let agreed = |next| [Visit(W1, long_ago, None, Some(next))];
    state(home(), &agreed("2026-12-15"), (VisitState::InTime, 0, "2026-12-15"));
    state(home(), &agreed("2026-11-30"), (VisitState::Due, 0, "2026-11-30"));
    state(home(), &agreed("2026-11-29"), (VisitState::Overdue, 1, "2026-11-29"));
    // Kept: the interval counts again.
    let kept = [Visit(W1, "2026-09-01", None, Some("2026-11-01")), Visit(W1, "2026-11-10", None, None)];
    state(home(), &kept, (VisitState::InTime, 0, "2026-12-10"));
    // A call in between does not undo what was agreed; a newer word does.
    let between = [Visit(W1, "2026-01-05", None, Some("2026-12-20")), Visit(W1, "2026-02-01", None, None)];
    state(home(), &between, (VisitState::InTime, 0, "2026-12-20"));
    let newer = [Visit(W1, "2026-01-05", None, Some("2026-12-20")), Visit(W1, "2026-02-01", None, Some("2026-03-01"))];
    state(home(), &newer, (VisitState::Overdue, 274, "2026-03-01"));
    // On the card, without a visit, and without a tier.
    state(Home { agreed: Some("2026-11-20"), ..home() }, &[], (VisitState::Overdue, 10, "2026-11-20"));
    state(Home { tier: None, agreed: Some("2026-12-20"), ..home() }, &[], (VisitState::InTime, 0, "2026-12-20"));
}

#[test]
fn who_wants_no_service_is_not_judged() {
    let long_ago = [Visit(W1, "2020-01-01", None, Some("2020-02-01"))];
    state(Home { no_service: Some("是"), ..home() }, &long_ago, (VisitState::Unknown, 0, ""));
    state(Home { no_service: Some("否"), ..home() }, &long_ago, (VisitState::Overdue, 2494, "2020-02-01"));
}

#[test]
fn overdue_days_fall_into_bands() {
    let band = |agreed| line(Home { agreed: Some(agreed), ..home() }, &[]).overdue_band.to_string();
    assert_eq!(band("2026-11-30"), "");
    assert_eq!(band("2026-11-29"), "30 天以内"); // 1 day
    assert_eq!(band("2026-10-31"), "30 天以内"); // 30
    assert_eq!(band("2026-10-30"), "31–90 天");
    assert_eq!(band("2026-09-01"), "31–90 天"); // 90
    assert_eq!(band("2026-08-31"), "91–180 天");
    assert_eq!(band("2026-06-03"), "91–180 天"); // 180
    assert_eq!(band("2026-06-02"), "180 天以上");
}

/// A card must be updated within 24 hours; only a recorded time proves it.
#[test]
fn only_a_recorded_time_proves_the_24_hours() {
    let counted = |made, recorded| {
        let book = book(&[home()], &[], &[Visit(W1, made, recorded, None)], &[]);
        let figures = assessed(&book, "2026-11-30").office_figures;
        (figures.visits_this_month, figures.visits_with_record_time, figures.visits_recorded_in_time)
    };
    let at = "2026-11-10 14:00:00";
    assert_eq!(counted(at, Some("2026-11-11 14:00:00")), (1, 1, 1));
    assert_eq!(counted(at, Some("2026-11-11 14:00:01")), (1, 1, 0));
    assert_eq!(counted(at, Some("2026-11-10")), (1, 0, 0));
    assert_eq!(counted(at, None), (1, 0, 0));
    // Only the day of the visit is known: it may have been until midnight.
    assert_eq!(counted("2026-11-10", Some("2026-11-12 00:00:00")), (1, 1, 1));
    assert_eq!(counted("2026-11-10", Some("2026-11-12 00:00:01")), (1, 1, 0));
    assert_eq!(counted("2026-10-31 14:00:00", Some("2026-11-01 10:00:00")), (0, 0, 0));
    assert_eq!(counted("2026-12-01 14:00:00", Some("2026-12-01 15:00:00")), (0, 0, 0));
}

#[test]
fn new_and_gone_are_told_against_earlier_months() {
    let seen = |number, first, company| Home { number, first_seen: Some(first), in_company_list: company, ..home() };
    let moves = |homes: &[Home]| {
        let report = assessed(&book(homes, &[], &[], &[]), "2026-11-30");
        let team = &report.teams[0];
        let new: Vec<String> = team.new.iter().map(|at| report.index[*at as usize].household_no.to_string()).collect();
        (new.join(" "), team.gone.iter().map(|line| line.household_no.to_string()).collect::<Vec<_>>().join(" "))
    };
    let pair = |new: &str, gone: &str| (new.to_string(), gone.to_string());
    // The first month: nobody is new.
    assert_eq!(moves(&[seen("W0001", "2026-11-30", Some("2026-11-30"))]), pair("", ""));
    let old = seen("W0001", "2026-10-31", Some("2026-10-31"));
    let stayed = seen("W0002", "2026-10-31", Some("2026-11-30"));
    let came = seen("W0003", "2026-11-01", Some("2026-11-30"));
    // Only in the agents' cards: the company never named it, so it cannot be missed.
    let own = seen("W0004", "2026-10-31", None);
    assert_eq!(moves(&[old, stayed, came, own]), pair("W0003", "W0001"));
    // No list of the company this month: nobody is gone.
    assert_eq!(moves(&[old, own]), pair("", ""));
}

#[test]
fn facts_about_a_household() {
    let policies = [
        Policy(W1, "有效-交费中", "终身寿险", 10_000, None),
        Policy(W1, "有效-交清", "疾病险", 99_900, None),
        Policy(W1, "终止", "医疗险", 99_900, None),
        Policy(W1, "中止", "意外险", 99_900, Some("2024-11-30")),
        Policy(W1, "中止", "意外险", 99_900, Some("2024-11-29")),
        Policy(W1, "", "年金险", 5_050, None),
    ];
    let members = [
        Member(W1, true, Some("1980-12-01")),
        Member(W1, false, Some("2008-12-01")),
        Member(W1, false, Some("2008-11-30")),
        Member(W1, false, None),
        Member("L0001", true, None),
    ];
    let other = Home { number: "L0001", ..home() };
    let book = book(&[home(), other], &policies, &[], &members);
    let templates = Templates::builtin();
    let facts = super::facts::facts(&book, &templates.rules.limits, day("2026-11-30")).collect().unwrap();
    let number =
        |name: &str, row: usize| facts.column(name).unwrap().cast(&DataType::Int64).unwrap().i64().unwrap().get(row);
    assert_eq!(number("policies_in_force", 0), Some(3));
    assert_eq!(number("premium_fen", 0), Some(15_050), "nothing is paid any more for what is paid up");
    assert_eq!(number("premium_yuan", 0), Some(150));
    assert_eq!(number("reinstatable", 0), Some(1), "two years, to the day");
    assert_eq!(number("gaps", 0), Some(2), "no 医疗, no 意外");
    assert_eq!(number("head_age", 0), Some(45), "the birthday is tomorrow");
    assert_eq!(number("members", 0), Some(4));
    assert_eq!(number("minors", 0), Some(1), "grown up on the birthday");
    assert_eq!(number("youngest_age", 0), Some(17));
    assert_eq!((number("policies_in_force", 1), number("gaps", 1)), (Some(0), Some(4)), "known to have none");
    assert_eq!((number("head_age", 1), number("days_since_visit", 1)), (None, None));
}

#[test]
fn what_the_sheets_say_ties_with_the_book() {
    let policies = [Policy(W1, "有效-交费中", "终身寿险", 10_000, None), Policy("L0001", "", "疾病险", 3_000, None)];
    let homes = [home(), Home { number: "L0001", ..home() }];
    let whole = book(&homes, &policies, &[], &[]);
    let report = assessed(&whole, "2026-11-30");
    let totals_of = |book: &Book| totals(book, &report).unwrap();
    assert!(totals_of(&whole).iter().all(|total| total.ties()), "{:?}", totals_of(&whole));
    // A policy lost on the way to the sheets.
    let one_more = book(&homes, &[policies[0], policies[1], Policy(W1, "", "意外险", 1, None)], &[], &[]);
    let broken: Vec<String> =
        totals_of(&one_more).into_iter().filter(|total| !total.ties()).map(|total| total.what).collect();
    assert_eq!(broken, ["报表：在保保单数", "报表：年交保费（元）"]);
    let error = crate::outcome::check_totals(&[], &totals_of(&one_more)).unwrap_err();
    assert_eq!(error, "报表：在保保单数：3 不等于 一部 2");
}
