"""The rule of attendance, 1 to 5: from lines to intervals, each edge by hand."""

import pytest

from classroom.attendance import Piece
from classroom.testimony import Line, Outage
from tests.classroom.lines import hers, outage, pause, pieces, provided, said, span, touches

# Rule 1: what is evidence.


def test_chain_when_gap_is_lease_then_unbroken() -> None:
    assert pieces(touches("join ack", 1000, 1040)) == [(1000, 1040, "evidenced")]


def test_chain_when_gap_is_lease_and_a_second_then_broken() -> None:
    assert pieces(touches("join ack ack", 1000, 1041, 1050)) == [(1000, 1041, "bridged"), (1041, 1050, "evidenced")]


def test_touch_when_before_first_join_then_ignored() -> None:
    assert pieces(touches("ack event leave join ack", 980, 985, 986, 990, 1000)) == [(990, 1000, "evidenced")]


def test_join_when_repeated_then_an_event() -> None:
    assert pieces(touches("join join", 1000, 1030)) == [(1000, 1030, "evidenced")]


def test_touch_when_after_first_leave_then_not_taken() -> None:
    assert pieces(touches("join leave ack join ack", 1000, 1010, 1015, 1020, 1030)) == [(1000, 1010, "evidenced")]


def test_second_when_lines_stand_in_any_order_then_join_first_and_leave_last() -> None:
    assert pieces(touches("leave ack join join", 1020, 1020, 1020, 1000)) == [(1000, 1020, "evidenced")]
    assert pieces(touches("ack leave join", 1010, 1000, 1000), grace=0) == []
    late = touches("leave ack event join", 1050, 1050, 1050, 1000)
    assert pieces(late, touches("ack", 1060)) == [(1000, 1050, "bridged")]


def test_leave_when_lease_after_evidence_then_evidence() -> None:
    assert pieces(touches("join leave", 1000, 1040)) == [(1000, 1040, "evidenced")]


def test_leave_when_later_than_lease_then_adds_nothing_and_closes() -> None:
    assert pieces(touches("join ack leave ack ack", 1000, 1010, 1051, 1055, 1060)) == [(1000, 1010, "evidenced")]


def test_connection_when_two_learners_share_its_name_then_two_connections() -> None:
    assert pieces(touches("join", 1000), touches("ack leave", 1010, 1020, learner="L2")) == []


def test_span_when_connection_has_left_then_stands_by_itself() -> None:
    assert pieces(touches("join leave", 1000, 1010), span(1200, 1300)) == [
        (1000, 1010, "evidenced"),
        (1200, 1300, "evidenced"),
    ]


def test_spans_when_of_one_connection_within_lease_then_not_chained() -> None:
    assert pieces(span(1000, 1010), span(1020, 1030), grace=0) == [(1000, 1010, "evidenced"), (1020, 1030, "evidenced")]


# Rule 2: stays.


def test_stay_when_two_devices_overlap_then_counted_once() -> None:
    result = hers(touches("join ack", 1000, 1030), touches("join ack", 1020, 1050, connection="c2"))
    assert result.intervals == (Piece(1000, 1050, "evidenced"),)
    assert result.seconds["evidenced"] == 50


def test_stay_when_one_lies_within_another_then_the_longer_stays() -> None:
    assert pieces(span(1000, 1100), span(1010, 1020), span(1030, 1040)) == [(1000, 1100, "evidenced")]


def test_stay_when_of_length_zero_then_splits_a_gap() -> None:
    assert pieces(span(1000, 1010), span(1100, 1100), span(1190, 1200)) == [
        (1000, 1010, "evidenced"),
        (1010, 1190, "bridged"),
        (1190, 1200, "evidenced"),
    ]
    assert pieces(span(1000, 1010), span(1190, 1200)) == [(1000, 1010, "evidenced"), (1190, 1200, "evidenced")]


# Rule 3: gaps.


@pytest.mark.parametrize(
    ("starts", "ends", "explained"),
    [
        (1140, 1260, True),  # from - lease == p
        (1141, 1260, False),
        (1050, 1300, True),
        (1050, 1259, False),  # q == to + lease + 1
        (1050, 1260, True),  # q == to + lease
        (1050, 1099, False),  # over before p
        (1301, 1400, False),  # begun after q
    ],
)
def test_gap_when_near_an_outage_then_explained_to_the_second(starts: int, ends: int, explained: bool) -> None:
    found = pieces(span(1000, 1100), span(1300, 1400), outage(starts, ends))
    assert (1100, 1300, "service_gap") in found if explained else len(found) == 2


@pytest.mark.parametrize(
    ("starts", "ends", "explained"),
    [(1110, 1120, True), (1111, 1111, False), (1080, 1100, True), (1080, 1099, False), (1000, 1400, True)],
)
def test_gap_when_shorter_than_lease_then_the_outage_must_reach_it(starts: int, ends: int, explained: bool) -> None:
    found = pieces(span(1000, 1100), span(1110, 1150), outage(starts, ends), grace=0)
    assert found == [
        (1000, 1100, "evidenced"),
        *([(1100, 1110, "service_gap")] if explained else []),
        (1110, 1150, "evidenced"),
    ]


def test_gap_when_begun_by_a_leave_then_no_service_gap_but_bridged() -> None:
    lines: list[Line] = [*touches("join leave", 1080, 1100), span(1150, 1200), outage(1090, 1160)]
    assert pieces(lines) == [(1080, 1100, "evidenced"), (1100, 1150, "bridged"), (1150, 1200, "evidenced")]
    assert pieces(lines, grace=49) == [(1080, 1100, "evidenced"), (1150, 1200, "evidenced")]
    assert pieces(span(1080, 1100, "leave"), lines[2:])[1] == (1100, 1150, "bridged")
    assert pieces(span(1080, 1100, "lost"), lines[2:])[1] == (1100, 1150, "service_gap")


def test_gap_when_another_connection_left_in_that_second_then_no_service_gap() -> None:
    lines: list[Line] = [span(1000, 1100), *touches("join leave", 1090, 1100, connection="c2"), span(1300, 1310)]
    assert pieces(lines, outage(1100, 1300)) == [(1000, 1100, "evidenced"), (1300, 1310, "evidenced")]


def test_gap_when_the_leave_was_too_late_to_be_evidence_then_service_gap() -> None:
    found = pieces(touches("join leave", 1100, 1141), span(1300, 1310), outage(1100, 1300))
    assert found == [(1100, 1300, "service_gap"), (1300, 1310, "evidenced")]


def test_outages_when_touching_then_one_and_when_a_second_apart_then_two() -> None:
    stays = [span(1000, 1100), span(1400, 1410)]
    touching = pieces(stays, outage(1100, 1200), outage(1200, 1380))
    assert touching == [(1000, 1100, "evidenced"), (1100, 1400, "service_gap"), (1400, 1410, "evidenced")]
    assert pieces(stays, outage(1100, 1200), outage(1201, 1380)) == [touching[0], touching[2]]


def test_outages_when_one_lies_within_another_then_the_longer_counts() -> None:
    found = pieces(span(1000, 1100), span(1400, 1410), outage(1090, 1380), outage(1095, 1150))
    assert found[1] == (1100, 1400, "service_gap")


def test_outage_when_it_names_connections_then_touches_only_them() -> None:
    stays = [span(1000, 1100), span(1300, 1400, connection="c2")]
    gap = (1100, 1300, "service_gap")
    assert pieces(stays, outage(1100, 1300, "c2"))[1] == gap
    assert pieces(stays, outage(1100, 1200, "c9"), outage(1200, 1300, "c1"))[1] != gap
    assert pieces(stays, outage(1100, 1200, "c2"), outage(1200, 1300))[1] == gap
    nobody = Outage(received=1300, starts=1100, ends=1300, connections=())
    assert gap not in pieces(stays, nobody)
    assert gap in pieces(stays, touches("ack", 1500, connection="c9"), outage(1100, 1300, "c9"))


def test_gap_when_longer_than_grace_then_nothing() -> None:
    assert pieces(span(1000, 1010), span(1100, 1110))[1] == (1010, 1100, "bridged")
    assert pieces(span(1000, 1010), span(1101, 1110)) == [(1000, 1010, "evidenced"), (1101, 1110, "evidenced")]


def test_gap_when_pauses_lie_in_it_then_grace_counts_only_outside_them() -> None:
    stays = [span(1000, 1010), span(1301, 1310)]
    assert pieces(stays, pause(1020, 1220), pause(1210, 1221)) == [
        (1000, 1010, "evidenced"),
        (1010, 1020, "bridged"),
        (1221, 1301, "bridged"),
        (1301, 1310, "evidenced"),
    ]
    assert pieces(stays, pause(1020, 1220)) == [(1000, 1010, "evidenced"), (1301, 1310, "evidenced")]
    assert pieces(stays, pause(900, 1400)) == [(1000, 1010, "evidenced"), (1301, 1310, "evidenced")]


def test_service_gap_when_a_pause_lies_in_it_then_whole() -> None:
    found = hers(span(1000, 1100), span(1300, 1400), outage(1100, 1300), pause(1150, 1200))
    assert found.intervals[1] == Piece(1100, 1300, "service_gap")
    assert found.seconds["service_gap"] == 150


# Rule 4: rooms.


def test_room_when_joined_and_left_then_the_time_between() -> None:
    result = hers(provided("left", 950), provided("joined", 1000), provided("joined", 1050), provided("left", 1100))
    assert result.intervals == (Piece(1000, 1100, "room"),)
    assert result.also_here


def test_room_when_never_left_then_nothing_but_also_here() -> None:
    result = hers(provided("joined", 1000))
    assert (result.intervals, result.also_here, result.state) == ((), True, "absent")
    assert not hers(span(1000, 1100)).also_here


def test_room_when_left_and_joined_in_one_second_then_left_comes_first() -> None:
    lines: list[Line] = [
        provided("joined", 1100),
        provided("left", 1100),
        provided("joined", 1000),
        provided("left", 1200),
    ]
    assert pieces(lines) == [(1000, 1200, "room")]
    assert pieces(provided("joined", 1100), provided("left", 1100)) == []


def test_room_when_two_providers_then_each_by_itself() -> None:
    lines: list[Line] = [provided("joined", 1000), provided("joined", 1100, "bbb"), provided("left", 1150, "bbb")]
    assert pieces(lines) == [(1100, 1150, "room")]


# Rule 5: one kind a second.


def test_second_when_several_kinds_then_the_strongest() -> None:
    lines: list[Line] = [span(1020, 1030), span(1060, 1070), provided("joined", 1010), provided("left", 1040)]
    assert pieces(lines, said("teacher", 1000, 1080)) == [
        (1000, 1010, "corrected"),
        (1010, 1020, "room"),
        (1020, 1030, "evidenced"),
        (1030, 1040, "room"),
        (1040, 1060, "bridged"),
        (1060, 1070, "evidenced"),
        (1070, 1080, "corrected"),
    ]
    assert (1040, 1060, "service_gap") in pieces(lines, said("phone", 1000, 1080), outage(1030, 1060))


@pytest.mark.parametrize("kind", ["teacher", "paper", "phone", "qr", "foreman"])
def test_statement_when_made_then_corrected(kind: str) -> None:
    assert pieces(said(kind, 1000, 1100), said(kind, 1100, 1150)) == [(1000, 1150, "corrected")]


def test_remove_when_said_then_taken_out_of_every_kind() -> None:
    lines: list[Line] = [
        span(1000, 1100),
        said("paper", 1090, 1200),
        said("remove", 1050, 1150),
        said("remove", 1060, 1070),
    ]
    assert pieces(lines) == [(1000, 1050, "evidenced"), (1150, 1200, "corrected")]
    assert pieces(lines, said("remove", 1100, 1100)) == [(1000, 1050, "evidenced"), (1150, 1200, "corrected")]


def test_intervals_when_beyond_the_doors_then_cut() -> None:
    assert pieces(span(500, 901), span(2099, 3000)) == [(900, 901, "evidenced"), (2099, 2100, "evidenced")]
    assert pieces(span(500, 900), span(2100, 3000)) == []
    assert pieces(span(800, 850), span(910, 950)) == [(900, 910, "bridged"), (910, 950, "evidenced")]
