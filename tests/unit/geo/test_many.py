from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from rubicon.case import Port
from rubicon.detect.reach import Fix, reach
from rubicon.errors import InvalidPosition, OptionError
from rubicon.geo.coast import load_coast
from rubicon.geo.many import CELL_KM, Gaps, _placed, reach_many
from rubicon.geo.sea import sea_field

NAJIN = Port(name="Najin", lat_deg=42.2333, lon_deg=130.3)
START = datetime(2024, 5, 1, tzinfo=UTC)
ENDS = [
    ((42.5, 132.0), (42.6, 133.0)),
    ((42.9, 132.0), (41.5, 131.0)),
    ((43.4, 130.0), (42.5, 132.0)),
    ((30.0, 122.0), (42.5, 132.0)),
]


def gaps(hours: list[float]) -> Gaps:
    last, following = (np.array([pair[k] for pair in ENDS]) for k in (0, 1))
    return Gaps(last, following, np.array(hours), np.array([14.0, 12.0, 14.0, 14.0]))


def test_many_gaps_give_the_numbers_of_single_questions() -> None:
    asked = gaps([48.0, 20.0, 48.0, 48.0])
    (found,) = reach_many(asked, [NAJIN])
    for i in (0, 1):
        fixes = Fix(*ENDS[i][0], START), Fix(*ENDS[i][1], START + timedelta(hours=float(asked.gap_h[i])))
        one = reach(*fixes, NAJIN, max_speed_kn=float(asked.max_speed_kn[i]))
        assert (found.slack_h[i] >= 0) == one.feasible
        assert found.slack_h[i] == pytest.approx(one.slack_h, abs=0.02)
        assert found.probability[i] == pytest.approx(one.probability, abs=0.005)
    assert np.isnan(found.slack_h[2:]).all()
    assert np.isnan(found.probability[2:]).all()
    turned = Gaps(*(part[::-1] for part in asked))
    (backwards,) = reach_many(turned, [NAJIN])
    assert np.array_equal(backwards.slack_h[::-1], found.slack_h, equal_nan=True)


def test_bounds_of_ways_round_outside_hold() -> None:
    """Never more than the exact bound, and near it."""
    field = sea_field(42.2333, 130.3, coast=load_coast())
    rng = np.random.default_rng(5)
    lat, lon = rng.uniform(36.1, 45.9, 300), rng.uniform(127.1, 141.9, 300)
    ways = field.ways(lat, lon)
    wet = np.isfinite(ways.km)
    km, least = _placed(field, lat, lon).ways(field)
    assert km == pytest.approx(ways.km, rel=1e-6, nan_ok=True)
    bound = least[wet] + CELL_KM
    assert (bound <= np.maximum(ways.least_km[wet], CELL_KM) + 1e-3).all()
    assert (bound >= ways.least_km[wet] - 45.0).all()


def test_ports_without_numbers_say_why() -> None:
    zhoushan, inland = (
        Port(name="Zhoushan", lat_deg=30.0, lon_deg=122.1),
        Port(name="Inland", lat_deg=43.4, lon_deg=130.0),
    )
    for found in reach_many(gaps([48.0] * 4), [zhoushan, inland]):
        assert found.reason.startswith(found.port.name)
        assert np.isnan(found.slack_h).all()


def test_bad_gaps_and_options_are_named() -> None:
    with pytest.raises(InvalidPosition, match="later than"):
        next(reach_many(gaps([48.0, -1.0, 1.0, 1.0]), [NAJIN]))
    with pytest.raises(OptionError):
        next(reach_many(gaps([48.0] * 4)._replace(max_speed_kn=np.zeros(4)), [NAJIN]))
    wrong = gaps([48.0] * 4)
    with pytest.raises(InvalidPosition, match=r"95\.0"):
        next(reach_many(wrong._replace(last=np.full((4, 2), 95.0)), [NAJIN]))
