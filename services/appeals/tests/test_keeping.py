"""Answers that are kept: reckoned once, while what they are made of is the same, and not too many."""

from appeals.queries.keeping import Kept


async def test_what_is_asked_for_last_is_kept_while_there_is_room() -> None:
    kept, reckoned = Kept(10), []

    async def ask(name: str, rows: int) -> list[str]:
        async def reckon() -> list[str]:
            reckoned.append(name)
            return [name] * rows

        return await kept.answer(name, reckon)

    for name in ("a", "b", "a"):
        assert await ask(name, 3) == [name] * 3
    assert reckoned == ["a", "b"]
    await ask("c", 3)  # no room for three, and a was asked for after b
    await ask("a", 3)
    assert reckoned == ["a", "b", "c"]
    await ask("b", 3)
    assert reckoned == ["a", "b", "c", "b"]
    await ask("large", 10)  # never kept, and nothing goes for it
    await ask("large", 10)
    await ask("b", 3)
    assert reckoned == ["a", "b", "c", "b", "large", "large"]
    for _ in range(2):
        assert await ask("nothing", 0) == []
    assert reckoned[-1:] == ["nothing"]
    assert reckoned.count("nothing") == 1
