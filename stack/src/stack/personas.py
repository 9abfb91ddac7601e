"""The ready personas of the sandbox issuer: invented people, companies and services, with the claims of their tokens.

The people and companies are invented, and their numbers only have the right form: the serials come from the far end
of the range, where hardly any is issued. The BINs of state bodies are those of `agencies.json` of the appeals service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from servicekit.languages import Translated

_GOVERNMENT: Final = "991240950611"
_SUPREME_AUDIT_CHAMBER: Final = "991240958548"
_MIN_CULTURE: Final = "991240960986"
_MIN_DIGITAL: Final = "991240962209"
_MIN_JUSTICE: Final = "991240968911"
_MIN_TRANSPORT: Final = "991240971961"
_GOVERNMENT_FOR_CITIZENS: Final = "991240978671"
_JUSTICE_DEPARTMENT_ASTANA: Final = "991240979283"
_HEALTH_DEPARTMENT_ASTANA: Final = "991240995750"


@dataclass(frozen=True)
class Persona:
    """A ready identity: `name` is what one asks the sandbox issuer for, `claims` what the token says."""

    name: str
    claims: Mapping[str, object]


def _person(persona: str, name: str, iin: str, role: str, agency: str | None = None, *more: str) -> Persona:
    """`agency` is the BIN of the body where the person is in office, `more` are roles besides."""
    claims: dict[str, object] = {"sub": f"sandbox:{persona}", "name": name, "iin": iin, "roles": [role, *more]}
    if agency is not None:
        claims["agency"] = agency
    return Persona(persona, claims)


def _company(persona: str, name: str, bin_: str, *roles: str) -> Persona:
    return Persona(persona, {"sub": f"sandbox:{persona}", "name": name, "bin": bin_, "roles": ["company", *roles]})


def _foreign(persona: str, name: str, scheme: str, number: str, role: str) -> Persona:
    """A company of another country, which has no BIN."""
    party = {"scheme": scheme, "id": number}
    return Persona(persona, {"sub": f"sandbox:{persona}", "name": name, "party": party, "roles": [role]})


def _service(service: str) -> Persona:
    persona = f"service-{service}"
    return Persona(persona, {"sub": f"sandbox:{persona}", "name": service, "roles": ["service"]})


_READY: Final = (
    _person("citizen", "Айгерім Нұрланқызы Сапарова", "880417499014", "citizen"),
    _person("neighbour", "Ерлан Қайратұлы Жүнісов", "791103399014", "citizen"),
    _company("company", "«Көкжиек Сауда» ЖШС", "120640950178"),
    _person("officer", "Динара Маратқызы Әбенова", "900612499010", "officer", _MIN_TRANSPORT),
    _person("head", "Серік Болатұлы Тілеубаев", "750228399014", "officer", _MIN_TRANSPORT, "head"),
    _person("higher-officer", "Гүлнар Төлеуқызы Оспанова", "690919499013", "officer", _GOVERNMENT),
    _person("front-office", "Ләззат Ермекқызы Садықова", "930412499019", "front_office", _GOVERNMENT_FOR_CITIZENS),
    _person("terminal", "Марат Төлегенұлы Абдрахманов", "860922399019", "terminal"),
    _person("buyer", "Мадина Ерікқызы Қасенова", "850308499016", "buyer", _HEALTH_DEPARTMENT_ASTANA),
    _company("supplier", "«Ақ Желкен Құрылыс» ЖШС", "150340962116", "supplier"),
    _company("supplier-2", "«Сарыарқа Жабдық» ЖШС", "180940974038", "supplier"),
    _foreign("supplier-foreign", "Blue Lantern Instruments Ltd", "GB-COH", "01234567", "supplier"),
    _person("auditor", "Нұрлан Асқарұлы Бекмұратов", "811127399011", "auditor", _SUPREME_AUDIT_CHAMBER),
    _person("drafter", "Асель Дәуренқызы Мұқанова", "920705499013", "drafter", _MIN_JUSTICE),
    _person("expert", "Қанат Жұмабекұлы Сейітов", "770630399013", "expert"),
    _person("observer", "Томирис Арманқызы Ысқақова", "951216499015", "observer"),
    _person("bailiff", "Руслан Ғалымұлы Есенов", "830821399015", "bailiff", _JUSTICE_DEPARTMENT_ASTANA),
    _person("moderator", "Жанель Бауыржанқызы Рахимова", "940125499010", "moderator", _MIN_CULTURE),
    _person("operator", "Тимур Саматұлы Әлімжанов", "871009399010", "operator", _MIN_DIGITAL),
    _service("appeals"),
    _service("procurement"),
    _service("legal-acts"),
    _service("registry"),
)

PERSONAS: Final[Mapping[str, Mapping[str, object]]] = MappingProxyType({each.name: each.claims for each in _READY})
"""Claims by the name of the persona; copy them before adding the issuer's own."""

DUTIES: Final[Mapping[str, Translated]] = MappingProxyType(
    {
        "citizen": Translated(kk="азамат", ru="гражданка", en="a citizen"),
        "neighbour": Translated(kk="көршісі, азамат", ru="её сосед, гражданин", en="her neighbour, a citizen"),
        "company": Translated(kk="серіктестік", ru="товарищество", en="a company"),
        "officer": Translated(
            kk="Көлік министрлігінің орындаушысы",
            ru="исполнитель в Министерстве транспорта",
            en="an officer of the Ministry of Transport",
        ),
        "head": Translated(kk="сол министрліктің басшысы", ru="руководитель там же", en="the head there"),
        "higher-officer": Translated(
            kk="жоғары тұрған органның лауазымды адамы",
            ru="должностное лицо вышестоящего органа",
            en="an officer of the body above",
        ),
        "front-office": Translated(
            kk="халыққа қызмет көрсету орталығы", ru="центр обслуживания населения", en="a public service counter"
        ),
        "terminal": Translated(
            kk="мекемедегі терминал", ru="терминал в учреждении", en="a terminal in a penal institution"
        ),
        "buyer": Translated(kk="тапсырыс беруші", ru="заказчик", en="a buyer"),
        "supplier": Translated(kk="өнім беруші", ru="поставщик", en="a supplier"),
        "supplier-2": Translated(kk="екінші өнім беруші", ru="второй поставщик", en="a second supplier"),
        "supplier-foreign": Translated(
            kk="шетелдік өнім беруші", ru="иностранный поставщик", en="a supplier from abroad"
        ),
        "auditor": Translated(kk="аудитор", ru="аудитор", en="an auditor"),
        "drafter": Translated(kk="жобаны әзірлеуші", ru="разработчик проекта", en="a drafter of laws"),
        "expert": Translated(kk="сарапшы", ru="эксперт", en="an expert"),
        "observer": Translated(kk="бақылаушы", ru="наблюдатель", en="an observer"),
        "bailiff": Translated(kk="сот орындаушысы", ru="судебный исполнитель", en="a bailiff"),
        "moderator": Translated(kk="модератор", ru="модератор", en="a moderator"),
        "operator": Translated(kk="жүйе операторы", ru="оператор системы", en="an operator"),
    }
)
"""What people among the personas are, for who chooses one."""
