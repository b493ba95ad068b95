"""The truth file: who is who, and which cell of which file says something else."""

import json
from datetime import date, datetime

import office
from people import relation


class Truth:
    def __init__(self):
        self.files, self.rows, self.dirt = [], [], []

    def take(self, sheet, **facts):
        """Note a finished sheet: its shape, what each row is about, and every soiled cell."""
        roles = [r.role for r in sheet.rows]
        heading = roles.index("heading") + 1 if "heading" in roles else None
        self.files.append(
            {"file": sheet.file, "sheet": sheet.name, "heading_row": heading, "rows": len(sheet.rows), "data_rows": roles.count("data"), **facts}
        )
        for r, row in enumerate(sheet.rows):
            place = {"file": sheet.file, "sheet": sheet.name, "row": r + 1}
            about = {k: _plain(v) for k, v in row.about.items()}
            self.rows.append({**place, "role": row.role, **about})
            for c, cell in enumerate(row.cells):
                if cell.kind:
                    title = sheet.headings[c] if c < len(sheet.headings) else None
                    self.note(sheet, r, c, cell.kind, cell.value, cell.truth, heading=title, **about)
            if row.about.get("row_kind"):
                self.note(sheet, r, 0, row.about["row_kind"], None, None, **about)
            if row.role in ("sample", "total", "footer", "error", "note", "blank", "repeated_heading"):
                self.note(sheet, r, 0, "row_" + row.role, row.cells[0].value if row.cells else None, None)

    def note(self, sheet, r, c, kind, written, truth, **about):
        self.dirt.append(
            {"file": sheet.file, "sheet": sheet.name, "cell": sheet.address(r, c), "kind": kind, "written": _plain(written), "truth": _plain(truth), **about}
        )

    def file_fact(self, file, kind, **facts):
        self.files.append({"file": file, "sheet": None, "trouble": kind, **facts})

    def document(self, households, policies, visits) -> dict:
        by_household = {}
        for d in self.dirt:
            by_household.setdefault(d.get("household"), []).append(d)
        owned = {}
        for p in policies:
            owned.setdefault(p.household.id, []).append(p)
        return {
            "today": office.TODAY.isoformat(),
            "month_end": office.MONTH_END.isoformat(),
            "teams": [{"name": t.name, "supervisor": t.supervisor} for t in office.TEAMS],
            "agents": [{"name": a.name, "code": a.code, "team": a.team.name, "active": a.active, "phone": a.phone} for a in office.AGENTS],
            "files": self.files,
            "households": [_household(h, owned.get(h.id, []), [v for v in visits if v.household is h], by_household.get(h.id, [])) for h in households],
            "rows": self.rows,
            "dirt_elsewhere": by_household.get(None, []),
            "dirt_counts": dict(sorted(_count(d["kind"] for d in self.dirt).items())),
        }

    def write(self, path, *facts):
        text = json.dumps(self.document(*facts), ensure_ascii=False, indent=None, separators=(",", ":"))
        path.write_text(text.replace('{"id":"H', '\n{"id":"H') + "\n", encoding="utf-8")


def _count(kinds):
    counts = {}
    for k in kinds:
        counts[k] = counts.get(k, 0) + 1
    return counts


def _plain(value):
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return getattr(value, "id", None) or getattr(value, "no", None) or value


def _household(h, policies, visits, dirt) -> dict:
    return {
        "id": h.id,
        "kind": h.kind,
        "head": h.head.id,
        "letter": h.letter,
        "address": h.address,
        "agent": h.agent.name,
        "seller": h.seller.name,
        "team": h.agent.team.name,
        "assigned": h.assigned.isoformat(),
        "prospect": h.prospect,
        "no_service": h.no_service,
        "income_wan": h.income,
        "old_number": h.old_number,
        "links": [{"household": o.id, "why": why} for o, why in h.links],
        "persons": [
            {
                "id": p.id, "name": p.name, "gender": p.gender, "birth": p.birth.isoformat(), "relation": relation(p, h.head),
                "cert_type": p.cert_type, "cert_no": p.cert_no, "core_no": p.core_no, "phone": p.phone, "landline": p.landline,
                "marital": p.marital, "job": p.job, "income_wan": p.income, "died": _plain(p.died),
            }
            for p in h.members
        ],
        "policies": [
            {
                "no": p.no, "applicant": p.applicant.id, "insured": p.insured.id, "relation": p.relation, "product": p.product.name,
                "class": p.product.kind, "sum_wan": p.sum_assured, "premium": p.premium, "interval": p.interval, "term": p.term,
                "effective": p.effective.isoformat(), "next_due": _plain(p.next_due), "ended": _plain(p.ended), "expiry": _plain(p.expiry),
                "status": p.status, "beneficiary": p.beneficiary, "agent": p.agent.name, "seller": p.seller.name,
                "riders": [{"product": r.product.name, "class": r.product.kind, "sum_wan": r.sum_assured, "premium": r.premium} for r in p.riders],
            }
            for p in policies
        ],
        "visits": [{"id": v.id, "date": v.day.isoformat(), "recorded": v.recorded.isoformat(), "way": v.way, "topic": v.topic, "agent": v.agent.name} for v in visits],
        "dirt": dirt,
    }
