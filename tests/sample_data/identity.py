"""Identity numbers and phones that look right and can belong to nobody.

ID cards: real provinces, county codes that do not exist (330197, 320198 …), valid birth and check digit.
Mobiles: only prefixes that have not been issued. Landlines: 0571-5550xxxx.
"""

REGIONS = ["330197", "330198", "330196", "320198", "310197", "340196", "360198", "420197", "410198", "510197", "370198", "430196"]
REGION_WEIGHTS = [30, 14, 10, 10, 6, 8, 6, 4, 4, 3, 3, 2]
MOBILE_PREFIXES = ["154", "160", "161", "163", "164", "168", "169", "179"]
AGENT_PREFIX = "16455500"

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
CHECK_DIGITS = "10X98765432"


def check_digit(first17: str) -> str:
    return CHECK_DIGITS[sum(int(c) * w for c, w in zip(first17, WEIGHTS)) % 11]


def to_15(id18: str) -> str:
    """The number as it stood on the cards of before 1999."""
    return id18[:6] + id18[8:17]


class Registry:
    """Hands out numbers, each once."""

    def __init__(self, rng):
        self.rng = rng
        self.used = set()

    def _once(self, make):
        while True:
            number = make()
            if number not in self.used:
                self.used.add(number)
                return number

    def id_card(self, birth, gender: str) -> str:
        def make():
            region = self.rng.choices(REGIONS, REGION_WEIGHTS)[0]
            serial = self.rng.randrange(5, 450) * 2 + (1 if gender == "男" else 0)
            first17 = f"{region}{birth:%Y%m%d}{serial:03d}"
            return first17 + check_digit(first17)

        return self._once(make)

    def mobile(self) -> str:
        def make():
            while True:
                number = self.rng.choice(MOBILE_PREFIXES) + f"{self.rng.randrange(10**8):08d}"
                # numbers like 16400001111 look like placeholders; the agents' block is theirs
                if len(set(number)) >= 5 and not number.startswith(AGENT_PREFIX):
                    return number

        return self._once(make)

    def landline(self) -> str:
        return self._once(lambda: f"0571-5550{self.rng.randrange(10000):04d}")

    def core_client_no(self) -> str:
        return self._once(lambda: f"00{self.rng.randrange(10_000_000, 39_999_999)}")

    def passport(self) -> str:
        return self._once(lambda: f"P{self.rng.randrange(10**8):08d}")

    def permit(self) -> str:
        """港澳居民来往内地通行证: H or M and eight digits."""
        return self._once(lambda: f"H{self.rng.randrange(10**8):08d}")
