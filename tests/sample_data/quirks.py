"""What is peculiar to single households, decided once so that all files agree: old card numbers, an agent's phone in place of the client's."""

import names
import office

ON_REGISTER = 318  # beside the prospects


def decide(households, policies):
    rng = office.stream("quirks")
    for h in households:
        h.letter = names.letter_of(h.head.name)
        h.agent_phone, h.on_register, h.old_number = False, h.prospect, None
    _agent_phones(rng, households)
    _register(rng, households, policies)
    _old_numbers(rng, [h for h in households if h.on_register])


def _agent_phones(rng, households):
    """Two agents gave the company their own phone for some of their clients."""
    for agent, count in ((office.AGENTS[5], 11), (office.AGENTS[1], 7)):
        his = [h for h in households if h.agent is agent and not h.prospect and not h.links]
        for h in rng.sample(his, count):
            h.agent_phone = True


def _register(rng, households, policies):
    """The register is of 2024: only who was a client by then can be on it."""
    first = {}
    for p in policies:
        first.setdefault(p.household.id, p.effective)
        first[p.household.id] = min(first[p.household.id], p.effective)
    old = [h for h in households if h.id in first and first[h.id].year <= 2024]
    tricky = [h for h in old if h.letter == "#" or h.head.name[:2] in names.CARELESS or h.head.name[0] in names.CARELESS]
    chosen = tricky + rng.sample([h for h in old if h not in tricky], ON_REGISTER - len(tricky))
    for h in chosen:
        h.on_register = True


def _old_numbers(rng, households):
    """Each agent writes the number in his own way; a few are wrong, double or missing."""
    shapes = {a.name: shape for a, shape in zip(office.AGENTS, ["{}{:03d}", "{}-{:03d}", "{}{:04d}", "{}{:03d}", "{}{:03d}", "{}-{:03d}", "{}{:04d}", "{}{:02d}"])}
    used = {}
    order = sorted(households, key=lambda h: (h.assigned, h.id))
    for h in order:
        letter, state = h.letter, "kept"
        careless = names.CARELESS.get(h.head.name[:2]) or names.CARELESS.get(h.head.name[0])
        if rng.random() < 0.05 or letter == "#":
            h.old_number = {"written": None, "number": None, "state": "blank"}
            continue
        if careless and rng.random() < 0.5:
            letter, state = careless, "wrong_letter"
        used[letter] = used.get(letter, 0) + 1
        number = used[letter]
        written = shapes[h.seller.name].format(letter, number)
        h.old_number = {"written": written, "number": f"{letter}{number:04d}", "state": state}
    _duplicates(rng, order)
    _odd_spellings(rng, order)


def _duplicates(rng, households):
    """Two families, one number."""
    kept = [h for h in households if h.old_number["state"] == "kept"]
    by_letter = {}
    for h in kept:
        by_letter.setdefault(h.letter, []).append(h)
    for letter in ("W", "L", "Z", "C"):
        first, second = rng.sample(by_letter[letter], 2)
        second.old_number["written"] = first.old_number["written"]
        second.old_number["number"] = first.old_number["number"]
        for h in (first, second):
            h.old_number["state"] = "duplicate"


def _odd_spellings(rng, households):
    kept = [h for h in households if h.old_number["state"] == "kept"]
    wide = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
    for h in rng.sample(kept, 14):
        w = h.old_number["written"]
        h.old_number |= {"written": rng.choice([w.lower(), w.lower(), w.translate(wide), w[0] + " " + w[1:], w + " ", "NO." + w]), "odd": True}
    left = [h for h in kept if not h.old_number.get("odd")]
    for h, text in zip(rng.sample(left, 3), ["待编", "？", "12"]):
        h.old_number = {"written": text, "number": None, "state": "unreadable"}
