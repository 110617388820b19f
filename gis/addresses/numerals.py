"""Chinese numerals inside addresses, where they stand for a number and not for a name.

``三幢`` is building 3 and ``一百零八号`` number 108, but 金陵二村, 三牌楼 and 四平路 are names.
A numeral is read as a number only where the suffix of a numbered field follows it.
"""

from __future__ import annotations

DIGITS: dict[str, int] = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}
FORMAL: dict[str, int] = {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
TENS: dict[str, int] = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "廿": 20}
NUMERALS = frozenset(DIGITS) | frozenset(FORMAL) | frozenset(TENS)
_VALUES = DIGITS | FORMAL
_FORMAL_ONLY = frozenset(FORMAL) - {"零"}
_EVERYDAY = NUMERALS - _FORMAL_ONLY - {"拾", "佰"}
LONGEST = 9

# The suffixes that make a number of the numeral before them, and what may not follow those.
_FIELDS: dict[str, tuple[str, ...]] = {
    "幢": (),
    "栋": (),
    "座": ("桥", "店", "山"),
    "单元": (),
    "层": ("次",),
    "楼": ("村", "乡", "镇", "社", "台", "梯", "街", "路", "庄", "集"),
    "室": ("一厅", "两厅", "二厅", "1厅", "2厅"),
    "组": ("团", "织"),
    "村民小组": (),
    "居民小组": (),
    "小组": (),
    "居民组": (),
    "生产队": (),
    "队": ("伍", "村"),
    "社": ("区", "会"),
    "排": ("村", "路", "水"),
    "门": ("面", "市", "口", "峡", "诊", "楼", "桥", "路", "街", "里", "头", "坎", "村", "江"),
    "梯": (),
    "户": ("村", "外"),
    "号": (
        *("路", "街", "大街", "大道", "道", "巷", "线", "桥", "井", "店", "公馆", "码头", "坑"),
        *("地", "机场", "国际", "作品", "公社", "公园", "矿", "高地", "会所", "庄园", "府"),
    ),
}
_LONGEST_FIELD = max(map(len, _FIELDS))
_AFTER_A_STREET = ("弄", "巷")
_STREET_ENDS = frozenset("路街道")
# Where one formal numeral stands before one of these it is a brand, 滨江壹号院; 拾捌号 is 18.
_BRANDED = frozenset("号座室门")


def value(numeral: str) -> str | None:
    """Return the digits a Chinese numeral stands for, None where it is none.

    Runs without tens are read digit by digit, as room numbers are spoken.

    Examples
    --------
    >>> value("一百零八"), value("十二"), value("五〇一"), value("两"), value("十十")
    ('108', '12', '501', '2', None)
    """
    if not any(c in TENS for c in numeral):
        return "".join(str(_VALUES.get(c, c)) for c in numeral) or None
    total = pending = 0
    below = 10_000
    step = 0
    for c in numeral:
        if c in TENS:
            weight = TENS[c]
            unit = 10 if c == "廿" else weight
            if unit >= below or (c == "廿" and pending):
                return None
            total += 20 if c == "廿" else (pending or 1) * weight
            below, step, pending = unit, unit, 0
        elif _VALUES[c] == 0:
            step = 0
        elif pending:
            return None
        else:
            pending = _VALUES[c]
    # 一百二 is 120, 一百零二 is 102.
    total += pending * (step // 10 if step > 10 else 1)
    return str(total)


def _field_follows(text: str, end: int, numeral: str, before: str) -> bool:
    """Tell whether a numbered field's suffix stands at ``end``, so that the numeral counts."""
    for length in range(_LONGEST_FIELD, 0, -1):
        suffix = text[end : end + length]
        if len(suffix) == length and suffix in _FIELDS:
            formal = any(c in _FORMAL_ONLY for c in numeral)
            if suffix in _BRANDED and formal and len(numeral) == 1 and before not in _STREET_ENDS:
                return False
            rest = text[end + length : end + length + 2]
            return not rest.startswith(_FIELDS[suffix] or ("\0",))
    return before in _STREET_ENDS and text.startswith(_AFTER_A_STREET, end)


def to_digits(text: str) -> str:
    """Return the text with every numeral before a numbered field's suffix in digits.

    第 before such a numeral goes; a numeral next to digits stays as it is.

    Examples
    --------
    >>> to_digits("金陵二村三幢第十二单元五〇一室"), to_digits("三牌楼四号路一号")
    ('金陵二村3幢12单元501室', '三牌楼四号路1号')
    """
    if NUMERALS.isdisjoint(text):
        return text
    out: list[str] = []
    i, n = 0, len(text)
    while i < n:
        if text[i] not in NUMERALS:
            out.append(text[i])
            i += 1
            continue
        end = i + 1
        while end < n and text[end] in NUMERALS:
            end += 1
        out.append(_converted(text, i, end, out))
        i = end
    return "".join(out)


def _converted(text: str, start: int, end: int, out: list[str]) -> str:
    """Return what stands for ``text[start:end]``; takes 第 off the end of ``out``."""
    numeral = text[start:end]
    before = text[start - 1] if start else ""
    if len(numeral) > LONGEST or before.isdigit() or ("A" <= before <= "Z"):
        return numeral
    written = "".join(out[-2:])[-2:]
    if before == "之" and len(written) > 1 and (written[0].isdigit() or written[0] in "号-"):
        digits = value(numeral)
        return digits if digits is not None else numeral
    if not _field_follows(text, end, numeral, before):
        return numeral
    digits = value(numeral)
    if digits is None:
        return numeral
    while out and out[-1] == "第":
        out.pop()
    # Two numbers may not run together: 第 was between them.
    if out and (out[-1][-1:].isdigit()):
        out.append(" ")
    return digits


def fold(name: str) -> str:
    """Return a name with its everyday Chinese numerals as digits: a key, not a spelling.

    金陵二村 and 金陵2村 have the same key.

    Examples
    --------
    >>> fold("金陵新四村"), fold("十二街")
    ('金陵新4村', '12街')
    """
    if _EVERYDAY.isdisjoint(name):
        return name
    out: list[str] = []
    i = 0
    while i < len(name):
        end = i
        while end < len(name) and name[end] in _EVERYDAY:
            end += 1
        if end > i:
            out.append(value(name[i:end]) or name[i:end])
        else:
            out.append(name[i])
            end += 1
        i = end
    return "".join(out)
