"""Legal time: the machine's, or one that several processes move through one file."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from servicekit.clock import SandboxClock, SystemClock, clock_for

A_MOMENT = timedelta(seconds=5)
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def test_without_a_file_the_machine_tells_the_time(tmp_path: Path) -> None:
    assert isinstance(clock_for(None), SystemClock)
    now = clock_for(None).now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < A_MOMENT
    assert isinstance(clock_for(tmp_path / "clock"), SandboxClock)


def test_an_absent_file_means_the_present(tmp_path: Path) -> None:
    assert abs(SandboxClock(tmp_path / "clock").now() - datetime.now(UTC)) < A_MOMENT


def test_moved_time_runs_on(tmp_path: Path) -> None:
    clock = SandboxClock(tmp_path / "clock")
    clock.move_to(NEW_YEAR)
    first = clock.now()
    assert NEW_YEAR <= first < NEW_YEAR + A_MOMENT
    assert first < clock.now() < NEW_YEAR + A_MOMENT


def test_time_moves_back_as_well_and_by_any_zone(tmp_path: Path) -> None:
    clock = SandboxClock(tmp_path / "clock")
    clock.move_to(datetime(2020, 3, 1, 5, tzinfo=timezone(timedelta(hours=5))))
    assert abs(clock.now() - datetime(2020, 3, 1, tzinfo=UTC)) < A_MOMENT


def test_a_move_by_one_instance_is_seen_by_another(tmp_path: Path) -> None:
    mover, watcher = SandboxClock(tmp_path / "clock"), SandboxClock(tmp_path / "clock")
    for day in range(1, 29):
        moment = NEW_YEAR + timedelta(days=day)
        mover.move_to(moment)
        assert abs(watcher.now() - moment) < A_MOMENT


def test_a_file_that_goes_away_gives_the_present_back(tmp_path: Path) -> None:
    clock = SandboxClock(tmp_path / "clock")
    clock.move_to(NEW_YEAR)
    clock.now()
    (tmp_path / "clock").unlink()
    assert abs(clock.now() - datetime.now(UTC)) < A_MOMENT


def test_writers_at_once_leave_a_file_that_can_always_be_read(tmp_path: Path) -> None:
    moments = [NEW_YEAR + timedelta(days=365 * number) for number in range(4)]
    SandboxClock(tmp_path / "clock").move_to(moments[0])

    def move(moment: datetime) -> None:
        for _ in range(50):
            SandboxClock(tmp_path / "clock").move_to(moment)

    writers = [threading.Thread(target=move, args=[moment]) for moment in moments]
    for writer in writers:
        writer.start()
    reader = SandboxClock(tmp_path / "clock")
    seen = [reader.now()]
    while any(writer.is_alive() for writer in writers):
        seen.append(reader.now())
    assert all(any(abs(now - moment) < A_MOMENT for moment in moments) for now in seen)
    assert [file.name for file in tmp_path.iterdir()] == ["clock"]
