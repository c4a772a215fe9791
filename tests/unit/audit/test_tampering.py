"""Tampering with any record in any of five ways is found and located; the whole run is `python -m tests.tampering`."""

from tests.tampering import Log, made, with_the_files, with_the_tiles


def test_every_record_of_a_small_log() -> None:
    log = Log(made(120))
    for way, figures in with_the_files(log, range(120)).items():
        assert figures.tried == figures.found == figures.located == 120, way
    for way, figures in with_the_tiles(log, range(0, 120, 25)).items():
        assert figures.tried == figures.found == 5, way
        # a record of a source never heard of, or another order between sources: only the root can tell that
        assert way in ("insert", "swap") or figures.located == 5, way


def test_a_spread_over_ten_thousand() -> None:
    log, places = Log(made(10_000)), [*range(0, 10_000, 331), 255, 256, 9_998, 9_999]
    for way, figures in with_the_files(log, places).items():
        assert figures.tried == figures.found == figures.located == len(places), way
