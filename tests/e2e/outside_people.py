"""A very small country: the people whom the plans of the walk ask about, and a J-LIS that answers from memory."""

from dataclasses import dataclass, field, replace

TOWN = "東京都港区芝公園二丁目４番１号"
AWAY = "北海道札幌市北区北七条西二丁目６番地"


@dataclass(frozen=True)
class Entry:
    """What the registry holds of a person. Numbers have valid check digits."""

    code: str
    number: str
    kana: str
    kanji: str
    birth: str
    sex: str
    address: str = TOWN
    postal: str = "1050011"
    municipality: str = "131032"
    reason: str = "00"
    reason_date: str = ""

    def fields(self, *, with_number: bool) -> list[str]:
        """The last eleven fields of an answer."""
        number = self.number if with_number else ""
        return [
            self.code, number, self.kana, self.kanji, self.birth, self.sex,
            self.postal, self.address, self.municipality, self.reason, self.reason_date,
        ]  # fmt: skip


def check_digit(body: str) -> str:
    """The last digit of a resident code (10 before it) or an individual number (11 before it)."""
    weights = [2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6][: len(body)]
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(body), weights, strict=True)) % 11
    return "0" if rest <= 1 else str(11 - rest)


def person(at: int, kana: str, kanji: str, birth: str, sex: str, **more: str) -> Entry:
    """Somebody with made-up numbers."""
    code, number = f"{7_000_000_000 + at * 37}", f"{30_000_000_000 + at * 91}"
    return Entry(code + check_digit(code), number + check_digit(number), kana, kanji, birth, sex, **more)


@dataclass
class Country:
    """J-LIS of the walk: answers by hand-written table, and remembers what it was asked."""

    by_name: dict[str, list[Entry]]  # kanji as the plan writes it, blanks left out
    refused: set[str] = field(default_factory=set)  # the same
    crowded: set[str] = field(default_factory=set)
    gone_codes: set[str] = field(default_factory=set)
    refused_codes: set[str] = field(default_factory=set)

    def answers(self, kind: str, asked: list[list[str]]) -> list[list[str]]:
        """The data records of an answer to the data records of an inquiry."""
        told: list[list[str]] = []
        for seq, code, _kana, kanji, _birth, _sex, _address in asked:
            name = kanji.replace("　", "").replace(" ", "")
            found = self._found(kind, code, name)
            if found:
                many = str(len(found))
                told += [
                    [seq, "0", str(at), many, *one.fields(with_number=kind == "3")] for at, one in enumerate(found, 1)
                ]
            else:
                told.append([seq, self._why(kind, code, name), *[""] * 13])
        return told

    def _found(self, kind: str, code: str, name: str) -> list[Entry]:
        if kind == "1":
            return [] if name in self.refused | self.crowded else self.by_name.get(name, [])
        everybody = [entry for entries in self.by_name.values() for entry in entries]
        silent = self.gone_codes | self.refused_codes
        return [entry for entry in everybody if entry.code == code and code not in silent][:1]

    def _why(self, kind: str, code: str, name: str) -> str:
        if name in self.refused or code in self.refused_codes:
            return "9"
        return "2" if kind == "1" and name in self.crowded else "1"

    def happens(self, name: str, **changes: str) -> None:
        """Something happens to the one person of that name."""
        (entry,) = self.by_name[name]
        self.by_name[name] = [replace(entry, **changes)]


def country() -> Country:
    """The people of the first plan, by what should come of asking about them."""
    people = [
        person(1, "サトウ　イチロウ", "佐藤　一郎", "19600102", "1"),
        person(2, "タカハシ　ハナコ", "髙橋　花子", "19710405", "2"),
        person(
            3, "スズキ　ジロウ", "鈴木　次郎", "19550607", "1", address=AWAY, postal="0600807", municipality="011029"
        ),
        person(
            4, "タナカ　サチコ", "田中　幸子", "19800809", "2", address=AWAY, postal="0600807", municipality="011029"
        ),
        person(6, "イトウ　ケン", "伊藤　健", "19491111", "1", address=AWAY, postal="0600807", municipality="011029"),
        person(9, "ナカムラ　シゲル", "中村　茂", "19350515", "1"),
        person(10, "コバヤシ　ケイコ", "小林　恵子", "19660616", "2"),
        person(11, "カトウ　タケシ", "加藤　武", "19570717", "1"),
        person(12, "ヨシダ　ナオミ", "吉田　直美", "19690818", "2"),
        person(13, "ヤマダ　マコト", "山田　誠", "19630919", "1"),
        person(14, "ササキ　アキラ", "佐々木　明", "19521020", "1"),
        person(15, "マツモト　ユミ", "松本　由美", "19741121", "2"),
        person(16, "イノウエ　ショウ", "井上　翔", "19881222", "1"),
    ]
    by_name = {entry.kanji.replace("　", ""): [entry] for entry in people}
    by_name["高橋花子"] = by_name.pop("髙橋花子")
    twins = [person(at, "ワタナベ　ユウコ", "渡辺　裕子", "19790303", "2") for at in (20, 21)]
    by_name["渡辺裕子"] = twins
    return Country(by_name, refused={"木村守"}, crowded={"森愛"})


@dataclass(frozen=True)
class Case:
    """One record of the first request, and what must come of it."""

    member: str
    row: list[str]
    outcome: str  # "" for a record that is rejected
    differing: tuple[str, ...] = ()
    same_person: bool | None = None  # the reviewer's decision, where there is one
    codes: tuple[str, ...] = ()


def case(member: str, kana: str, kanji: str, birth: str, sex: str, outcome: str, **more: object) -> Case:
    """A record as the plan writes it: its address is always the one in town."""
    row = [member, kana, kanji, birth, sex, "1050011", TOWN]
    return Case(member, row, outcome, **more)  # type: ignore[arg-type]


CASES = [
    case("A-01", "ｻﾄｳ ｲﾁﾛｳ", "佐藤　一郎", "19600102", "1", "10"),
    case("A-02", "ﾀｶﾊｼ ﾊﾅｺ", "高橋　花子", "5460405", "2", "10", differing=("NAME-VARIANT",)),
    case("A-03", "ｽｽﾞｷ ｼﾞﾛｳ", "鈴木　次郎", "19550607", "1", "11", differing=("ADDRESS-DIFFERS",), same_person=True),
    case("A-04", "ﾀﾅｶ ｻﾁｺ", "田中　幸子", "19800809", "2", "41", differing=("ADDRESS-DIFFERS",), same_person=False),
    case("A-05", "ｿﾗﾉ ﾎｼﾐ", "空野　星美", "19850101", "2", "20"),
    case("A-06", "ｲﾄｳ ｹﾝ", "伊藤　健", "19491112", "1", "40", differing=("BIRTH-DIFFERS", "ADDRESS-DIFFERS")),
    case("A-07", "ｷﾑﾗ ﾏﾓﾙ", "木村　守", "19450707", "1", "50"),
    case("A-08", "ﾓﾘ ｱｲ", "森　愛", "19900909", "2", "30"),
    case("A-09", "ﾜﾀﾅﾍﾞ ﾕｳｺ", "渡辺　裕子", "19790303", "2", "30"),
    case("A-10", "ﾅｶﾑﾗ ｼｹﾞﾙ", "中村　茂", "19350515", "1", "10"),
    case("A-11", "ｺﾊﾞﾔｼ ｹｲｺ", "小林　恵子", "19660616", "2", "10"),
    case("A-12", "ｶﾄｳ ﾀｹｼ", "加藤　武", "19570717", "1", "10"),
    case("A-13", "ﾖｼﾀﾞ ﾅｵﾐ", "吉田　直美", "19690818", "2", "10"),
    case("A-14", "ﾔﾏﾀﾞ ﾏｺﾄ", "山田　誠", "19630919", "1", "10"),
    case("A-15", "ｻｻｷ ｱｷﾗ", "佐々木　明", "19521020", "1", "10"),
    case("A-16", "ﾏﾂﾓﾄ ﾕﾐ", "松本　由美", "19741121", "2", "10"),
    case("A-17", "ｲﾉｳｴ ｼｮｳ", "井上　翔", "19881222", "1", "10"),
    case("A-18", "ﾔﾏﾓﾄ ｺｳｼﾞ", "山本　浩二", "19710231", "1", "", codes=("R06",)),
    case("A-19", "ﾔﾏﾓﾄ ｺｳｼﾞ", "山本浩二", "19710228", "1", "", codes=("R17",)),
]
