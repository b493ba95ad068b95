"""Writes the invented sample office: `导入/` full of the files an office really has, with the dirt they really have.

    python3 tests/sample_data/make.py                          (into sample-data/导入/)
    python3 tests/sample_data/make.py --out DIR --truth truth.json              (elsewhere, with what is true)

Needs openpyxl and xlwt. No clock, a fixed seed: run twice, the files are the same byte for byte. Nobody in them exists:
county codes, mobile prefixes and companies are ones that do not exist either.

`--truth` writes one JSON document: `households` (persons, policies, visits, agent, the number on the old card, the household's soiled cells),
`rows` (which household and person each row of each file is about), `files`, and `dirt_elsewhere` (what belongs to no household).
"""

import argparse
from pathlib import Path

import card_register
import client_list
import due_fee_list
import family_sheet
import people
import policies
import policy_list
import quirks
import team_list
import trouble
import visit_log
import visits
from truth import Truth

HERE = Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description="写出虚构的样例营业部")
    parser.add_argument("--out", type=Path, default=HERE.parents[1] / "sample-data" / "导入", help="folder to write into; files of the same name are replaced")
    parser.add_argument("--truth", type=Path, help="also write the truth as JSON")
    args = parser.parse_args()

    households = people.Builder().build().households
    sold = policies.Underwriting(households).build()
    quirks.decide(households, sold)
    seen = visits.build(households)

    truth = Truth()
    due_fee_list.make(args.out, truth, sold)
    policy_list.make(args.out, truth, sold)
    card_register.make(args.out, truth, households)
    visit_log.make(args.out, truth, seen, households)
    client_list.make(args.out, truth, households, sold)
    family_sheet.make(args.out, truth, households)
    team_list.make(args.out, truth)
    trouble.make(args.out, truth)
    if args.truth:
        truth.write(args.truth, households, sold, seen)


if __name__ == "__main__":
    main()
