"""Slow twin of the NMEA kernels: plain Python over strings, one dictionary a message."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TOKEN = re.compile(rb"[\s\S][^\r\n!\\]*")
LIMIT, AGE, SPREAD_US = 1024, 1000, 60_000_000
ARMOUR = "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"
TEXT = "@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_ !\"#$%&'()*+,-./0123456789:;<=>?"


@dataclass
class Log:
    """What a log holds."""

    sentences: int = 0
    other_lines: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    repeated: int = 0
    junk: int = 0
    time: dict[str, Any] | None = None
    waiting: list[dict[str, Any]] = field(default_factory=list)
    finished: list[dict[str, Any]] = field(default_factory=list)


def parity(text: str) -> int:
    return functools.reduce(lambda a, b: a ^ ord(b), text, 0)


def checked(token: str) -> tuple[str, int | None, bool, str]:
    """Content before `*`, the checksum stated, whether it holds, and the text after it."""
    body, star, rest = token[1:].partition("*")
    stated = int(rest[:2], 16) if star and re.fullmatch("[0-9a-fA-F]{2}", rest[:2]) else None
    return body, stated, stated == parity(body), rest[2:]


def epoch_us(text: str) -> int | None:
    found = re.fullmatch(r"([1-9](?:[0-9]{9}|[0-9]{12}|[0-9]{15}))(?:\.([0-9]*))?", text)
    if not found:
        return None
    scale = {10: 6, 13: 3, 16: 0}[len(found[1])]
    return int(found[1]) * 10**scale + int(((found[2] or "") + "0" * scale)[:scale] or 0)


def log_fields(text: str, context: dict[str, Any]) -> None:
    for found in re.finditer(r"[^ \t,]+", text):
        word = found[0]
        comma = text[found.start() - 1 : found.start()] == ","
        if (time_us := epoch_us(word)) is not None:
            context["log"] = time_us
        elif comma and "station" not in context and re.fullmatch(r"(?=.*[0-9])[rb][A-Za-z0-9_]{3,}", word):
            context["station"] = word


def tag_block(body: str, context: dict[str, Any]) -> None:
    for item in body.split(","):
        code, colon, value = item[:1], item[1:2], item[2:]
        if colon != ":" or not value:
            continue
        if code == "c":
            context["time"] = epoch_us(value)
        elif code == "s":
            context["station"] = value
        elif code == "g":
            context["group"] = value.split("-", 2)[2] if value.count("-") >= 2 else ""


def pghp(body: str) -> dict[str, Any] | None:
    fields = body.split(",")
    numbers = [int(f) if re.fullmatch("[0-9]{1,17}", f) else -1 for f in fields[2:9]]
    if not re.fullmatch("[0-9A-Fa-f]{2}", fields[13]):
        return None
    try:
        if not numbers[0] >= 2000:
            raise ValueError
        if not 0 <= numbers[6] <= 999:
            raise ValueError
        time = datetime(*numbers[:6], tzinfo=UTC) + timedelta(milliseconds=numbers[6])
        time_us = (time - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        time_us = None
    base = int(fields[11]) if re.fullmatch("[0-9]{1,17}", fields[11]) else 0
    return {"us": time_us, "base": base if 0 < base <= 999_999_999 else None, "expects": int(fields[13], 16)}


def read(data: bytes) -> Log:
    """Read a whole log."""
    log, context, line, at, group = Log(), {}, set[str](), 0, 0
    while at < len(data):
        if data[at] in b"\r\n":
            log.other_lines += line == {"text"}
            line.clear()
            at += 1
        elif data[at] in b"#" and not line:
            at = re.compile(rb"[^\r\n]*").match(data, at).end()
            line.add("ais")
        else:
            if at - group > LIMIT:
                group, context = at, {}
            end = TOKEN.match(data, at).end()
            text = data[at:end].decode("latin-1")
            ais = bool(re.match(r"!..VD[MO],", text, re.DOTALL))
            if len(text) <= LIMIT and not ais:
                at = end + other(log, text, data[end : end + 1], context, line)
                continue
            if ais and len(text) <= LIMIT:
                sentence(log, text, at, context)
            else:
                too_long(log, at, ais, line)
            line.add("ais")
            at = end
        group, context = at, {}
    log.other_lines += line == {"text"}
    give_up(log, lambda slot: True)
    assert not log.waiting
    assert log.sentences == sum(m["parts"] for m in log.messages) + log.repeated + len(log.refused) - log.junk
    return log


def too_long(log: Log, at: int, ais: bool, line: set[str]) -> None:
    """A token above the limit: one reject for each sentence, else one for each line."""
    if ais or "refused" not in line:
        log.refused.append((at, "line_too_long"))
    log.junk += not ais and "refused" not in line
    log.sentences += ais
    log.time = None if ais else log.time
    line.add("refused")


def other(log: Log, text: str, following: bytes, context: dict[str, Any], line: set[str]) -> int:
    """A token that is no sentence; gives how many bytes of what follows belong to it."""
    body, _, holds, rest = checked(text)
    if text.startswith("$PGHP,1,"):
        log.time = pghp(body) if holds and body.count(",") == 13 else None
        line.add("ais")
    elif text[0] == "\\" and following == b"\\" and holds and not rest:
        tag_block(body, context)
        line.add("text")
        return 1
    elif any(ord(c) > 32 for c in text):
        log_fields(text, context)
        line.add("text")
    return 0


def sentence(log: Log, token: str, at: int, context: dict[str, Any]) -> None:
    """One AIS sentence: refused, a message, or a part."""
    log.sentences += 1
    body, stated, holds, rest = checked(token)
    time, log.time = log.time, None
    fields = body.split(",")
    if stated is None or not holds:
        log.refused.append((at, "missing_checksum" if stated is None else "bad_checksum"))
        return
    natural = re.compile("[0-9]{1,17}")
    if len(fields) != 7 or not (natural.fullmatch(fields[1]) and natural.fullmatch(fields[2])):
        log.refused.append((at, "bad_sentence"))
        return
    total, number, sequence = int(fields[1]), int(fields[2]), fields[3] or "99"
    if not (1 <= total <= 9 and 1 <= number <= total and natural.fullmatch(sequence) and int(sequence) <= 99):
        log.refused.append((at, "bad_sentence"))
        return
    log_fields(rest, context)
    own = token[5] == "O"
    part = {
        "at": at, "own": own, "number": number, "total": total, "payload": fields[5], "fill": fields[6],
        "checksum": stated, "ordinal": log.sentences, "talker": token[1:3], "station": context.get("station"),
        "key": (context.get("group"), token[1:3], own, fields[4][:1], int(sequence), total), "pghp": None,
        "tag_us": context.get("time"), "log_us": context.get("log"),
    }  # fmt: skip
    if time and (total > 1 or time["expects"] == stated or (time["expects"] == 0 and own)):
        part["pghp"] = time
    if total == 1:
        finish(log, [part])
    else:
        collect(log, part)


def clock(part: dict[str, Any]) -> int | None:
    from_pghp = part["pghp"]["us"] if part["pghp"] else None
    return next((us for us in (part["tag_us"], from_pghp, part["log_us"]) if us is not None), None)


def from_log(part: dict[str, Any]) -> bool:
    """Whether the time is that of the log's line."""
    return part["tag_us"] is None and not (part["pghp"] and part["pghp"]["us"] is not None)


def payload(part: dict[str, Any]) -> tuple[str, str]:
    """Characters and fill bits; all wrong numbers of fill bits are the same."""
    return part["payload"], part["fill"] if re.fullmatch("[0-5]", part["fill"]) else "wrong"


def give_up(log: Log, condition: Any) -> None:
    for slot in [slot for slot in log.waiting if condition(slot)]:
        log.waiting.remove(slot)
        if slot["echo"]:
            log.repeated += len(slot["parts"])
        else:
            log.refused += [(part["at"], "incomplete_multipart") for part in slot["parts"].values()]


def fits(slot: dict[str, Any], part: dict[str, Any]) -> bool:
    """Whether a part has the key of a slot, and no other station."""
    return slot["key"] == part["key"] and (
        not slot["station"] or not part["station"] or slot["station"] == part["station"]
    )


def collect(log: Log, part: dict[str, Any]) -> None:
    """Put a part of a multipart message where it belongs."""
    give_up(log, lambda slot: part["ordinal"] - slot["born"] > AGE)
    log.finished = [slot for slot in log.finished if part["ordinal"] - slot["born"] <= AGE]
    number = part["number"]
    slot = next((slot for slot in log.waiting if fits(slot, part)), None)
    done = max(
        (slot for slot in log.finished if fits(slot, part)), key=lambda slot: slot["born"], default=None
    )
    if slot:
        held, us = slot["parts"].get(number), clock(part)
        apart = us is not None and slot["us"] is not None and abs(us - slot["us"]) > SPREAD_US
        if apart or (held and payload(held) != payload(part)):
            give_up(log, lambda other: other is slot)
            slot = None
        elif held:
            log.repeated += 1
            return
    if not slot:
        slot = {
            "key": part["key"],
            "born": part["ordinal"],
            "parts": {},
            "us": None,
            "echo": True,
            "station": None,
        }
        log.waiting.append(slot)
    slot["parts"][number] = part
    slot["us"] = clock(part) if slot["us"] is None else slot["us"]
    slot["station"] = slot["station"] or part["station"]
    slot["echo"] &= bool(done) and payload(done["parts"][number]) == payload(part)
    if len(slot["parts"]) == part["total"]:
        log.waiting.remove(slot)
        log.finished = [slot] + [other for other in log.finished if other is not done]
        finish(log, [slot["parts"][n] for n in sorted(slot["parts"])])


def finish(log: Log, parts: list[dict[str, Any]]) -> None:
    """Join the parts of a message and read its head."""
    checksums = functools.reduce(lambda a, part: a ^ part["checksum"], parts, 0)
    for part in parts:
        expects = part["pghp"]["expects"] if part["pghp"] else None
        if not (expects == checksums or (expects == 0 and part["own"])):
            part["pghp"] = None
    parts_in_file = sorted(parts, key=lambda part: part["at"])
    ordered = [parts_in_file[0], *parts]
    stations = [part["station"] for part in ordered if part["station"]]
    bases = [part["pghp"]["base"] for part in ordered if part["pghp"] and part["pghp"]["base"]]
    times = [us for part in ordered if (us := clock(part)) is not None]
    receiver = stations[0] if stations else f"{bases[0]:09d}" if bases else parts_in_file[0]["talker"]
    log.messages.append(
        {
            "offset": parts_in_file[0]["at"],
            "parts": len(parts),
            "own": parts[0]["own"],
            "time_us": times[0] if times else None,
            "from_log": bool(times) and next(from_log(part) for part in ordered if clock(part) is not None),
            "receiver": "".join(c if 32 < ord(c) < 127 else "?" for c in receiver),
            "bits": bits(parts),
        }
    )


def bits(parts: list[dict[str, Any]]) -> str | None:
    """The payload as zeros and ones; None when a character or a number of fill bits is wrong."""
    fills = [part["fill"] for part in parts]
    characters = "".join(part["payload"] for part in parts)
    wrong = any(c not in ARMOUR for c in characters) or any(fill != "0" for fill in fills[:-1])
    if wrong or not re.fullmatch("[0-5]", fills[-1]):
        return None
    whole = "".join(f"{ARMOUR.index(c):06b}" for c in characters)
    fill = int(fills[-1])
    return None if fill > len(whole) else whole[: len(whole) - fill]


def unsigned(text: str, first: int, width: int) -> int:
    return int(text[first : first + width], 2)


def signed(text: str, first: int, width: int) -> int:
    value = unsigned(text, first, width)
    return value - (1 << width) if text[first] == "1" else value


def words(text: str, first: int, chars: int) -> str | None:
    """A text of six-bit characters, up to the first `@`, without blanks around it."""
    codes = [unsigned(text, first + 6 * k, 6) for k in range(chars) if first + 6 * k + 6 <= len(text)]
    return "".join(TEXT[code] for code in codes).partition("@")[0].strip(" ") or None
