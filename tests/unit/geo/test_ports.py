from __future__ import annotations

import pytest

from rubicon.case import Port
from rubicon.errors import UnknownPort
from rubicon.geo.ports import find_port, load_ports, port_key


@pytest.mark.parametrize(
    "name",
    ["Najin", "NAJIN", " najin ", "Rajin", "Rason", "라진", "나진", "羅津", "Раджин", "РАДЖИН", "Najin, PRK"],
)
def test_najin_by_all_its_names(name: str) -> None:
    port = find_port(name)
    assert (port.name, port.country, port.lat_deg, port.lon_deg) == ("Najin", "PRK", 42.233333, 130.3)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Chongjin", "Ch'ongjin"),
        ("CH’ONGJIN", "Ch'ongjin"),
        ("Ch'ŏngjin", "Ch'ongjin"),
        ("청진", "Ch'ongjin"),
        ("Posyet", "Pos'yet"),
        ("원산", "Wonsan"),
        ("Владивосток", "Vladivostok"),
        ("Vostochnyy", "Vostochny"),
        ("Восточный", "Vostochny"),
        ("Находка", "Nakhodka"),
        ("Niigata", "Niigata Ko"),
        ("Busan", "Pusan"),
        ("Aleksandrovsk-Sakhalinskiy", "Aleksandrovsk -sakhalinskiy"),
    ],
)
def test_spellings(name: str, found: str) -> None:
    assert find_port(name).name == found


def test_dunay_is_marked_approximate_and_names_its_source() -> None:
    for name in ("Dunay", "Dunai", "Дунай"):
        port = find_port(name)
        assert port.approximate
        assert "No port list has it" in port.source
        assert (port.lat_deg, port.lon_deg) == pytest.approx((42.873, 132.374))


def test_a_hand_entered_port_stands_once_and_first() -> None:
    named = [
        port for port in load_ports() if port_key("Vostochnyy") in map(port_key, (port.name, *port.aliases))
    ]
    assert [port.name for port in named] == ["Vostochny"]
    assert len(load_ports()) == 3670
    assert all(port.source for port in load_ports())


def test_every_alias_belongs_to_a_port() -> None:
    import csv
    from importlib import resources

    text = (resources.files("rubicon.geo") / "data" / "port_aliases.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert all(row.values()), row
        port = find_port(f"{row['alias']}, {row['country']}")
        assert port_key(port.name) == port_key(row["name"])


def test_ports_of_the_case_come_first() -> None:
    own = Port(name="Najin", lat_deg=42.0, lon_deg=130.0, aliases=("Berth Nine",), usual_stay_h=48)
    assert find_port("najin", [own]) is own
    assert find_port("BERTH-NINE", [own]) is own
    assert find_port("Rajin", [own]).lat_deg == 42.233333


def test_unknown_names_list_near_ones() -> None:
    with pytest.raises(UnknownPort, match=r"Nadjin: no such port; near names: Najin"):
        find_port("Nadjin")
    with pytest.raises(UnknownPort, match="near names: none"):
        find_port("qqqqqqqq")
    with pytest.raises(UnknownPort):
        find_port("")
    with pytest.raises(UnknownPort):
        find_port("Najin, RUS")


def test_a_name_of_several_ports_asks_for_the_country() -> None:
    with pytest.raises(UnknownPort, match=r"several ports have that name: .*Victoria, SYC"):
        find_port("Victoria")
    assert find_port("Victoria, SYC").lat_deg == pytest.approx(-4.62, abs=0.01)


def test_keys_drop_marks_and_keep_letters_of_all_scripts() -> None:
    assert port_key("Ch'ŏng-jin ") == "chongjin"
    assert port_key("라진") == "라진"
    assert port_key("Восточный") == port_key("ВОСТОЧНЫЙ")
    assert port_key("--'") == ""
