"""The invented people of the training house: names from the language areas of our learners, and who teaches them."""

from collections.abc import Mapping
from dataclasses import dataclass

from calendars.blueprints.form import Blueprint
from calendars.places import NewPlace


@dataclass(frozen=True, slots=True)
class Part:
    """One person of the play."""

    name: str
    language: str
    role: str = "learner"
    speaks: str = ""
    """What she speaks beside the language of her pages."""


TEACHERS = (
    Part("Aino Lehtola", "fi", "teacher"),
    Part("Mikael Strand", "en", "teacher"),
    Part("Päivi Kallio", "fi", "teacher"),
    Part("Oskar Vainio", "fi", "teacher"),
    Part("Reetta Salonen", "fi", "teacher"),
)
"""One more than there are groups: at every hour somebody is free, so that one who falls ill can be stood in for."""
TUTORS = (
    Part("Hana Bekele", "en", "tutor"),
    Part("Sergei Orlov", "fi", "tutor"),
    Part("Layla Nasser", "ar", "tutor"),
    Part("Carlos Medina", "en", "tutor"),
)
"""They came to the country themselves and are already at work."""
COORDINATOR = Part("Tuula Harju", "fi", "coordinator")
COUNSELLOR = Part("Sanna Mäki", "fi", "counsellor")
INSPECTOR = Part("Risto Aalto", "fi", "inspector")

LEARNERS = (
    Part("Amal Haddad", "ar"), Part("Olena Kovalchuk", "en", speaks="uk"), Part("Yusuf Warsame", "en", speaks="so"),
    Part("Nadia Rahimi", "ar", speaks="fa"), Part("Somchai Chaiyasit", "en", speaks="th"),
    Part("Ivan Morozov", "fi", speaks="ru"), Part("Leyla Demir", "en", speaks="tr"),
    Part("Hodan Abdi", "en", speaks="so"), Part("Samir Khoury", "ar"), Part("Thu Nguyen", "en", speaks="vi"),
    Part("Rozhin Karimi", "ar", speaks="ckb"), Part("Katrin Tamm", "fi", speaks="et"),
    Part("Selam Tesfay", "en", speaks="ti"), Part("Maryam Noori", "ar", speaks="fa"),
    Part("Dmytro Shevchuk", "en", speaks="uk"), Part("Ayaan Jama", "fi", speaks="so"),
    Part("Farid Azizi", "ar", speaks="fa"), Part("Mei Lin", "en", speaks="zh"),
    Part("Besa Krasniqi", "en", speaks="sq"), Part("Elif Yılmaz", "en", speaks="tr"), Part("Omar Said", "ar"),
    Part("Irina Volkova", "fi", speaks="ru"), Part("Abdi Farah", "en", speaks="so"),
    Part("Zahra Mohammadi", "ar", speaks="fa"),
)  # fmt: skip
"""Twenty-four, in the order in which they sit: the first is the learner of the stage, the seventh never comes today."""
WAITING = (
    Part("Noor Hamdan", "ar"), Part("Viktoriia Bondar", "en", speaks="uk"), Part("Abdirahman Ali", "en", speaks="so"),
    Part("Minh Anh Pham", "en", speaks="vi"),
)  # fmt: skip
"""Accepted after the group of the first field was full: they wait for one."""
ASKING = (Part("Rūta Kazlauskaitė", "en", speaks="lt"), Part("Hassan Rezai", "ar", speaks="fa"))
"""They ask for a place and nobody has decided yet: her papers are seen, of him nothing is known."""
HOMES: Mapping[str, tuple[tuple[str, float], ...]] = {
    "Jyväskylä": (("Jyväskylä", 4), ("Jyväskylä", 7), ("Muurame", 14), ("Laukaa", 23), ("Petäjävesi", 33),
                  ("Äänekoski", 45)),
    "Kajaani": (("Kajaani", 3), ("Paltamo", 36), ("Sotkamo", 38), ("Kuhmo", 102), ("Suomussalmi", 112)),
    "Espoo": (("Espoo", 5), ("Kauniainen", 6), ("Helsinki", 17), ("Kirkkonummi", 18), ("Vantaa", 24)),
}  # fmt: skip
"""Town of a house -> the municipalities around it, and how many kilometres away people live there."""

HOUSES = {
    "Jyväskylä": NewPlace(
        name="Koulutustalo", address="Lutakonkatu 6, 40100 Jyväskylä", latitude=62.24, longitude=25.76
    ),
    "Kajaani": NewPlace(name="Kylätalo", address="Kylätie 1, 87100 Kajaani", latitude=64.22, longitude=27.73),
    "Espoo": NewPlace(name="Osaamiskeskus", address="Koulukatu 1, 02600 Espoo", latitude=60.22, longitude=24.82),
}
"""The house of each town that the models name."""


def places_of(blueprint: Blueprint) -> Mapping[str, NewPlace]:
    """Where the contact days of a model are held; a town that we do not know keeps what the model says."""
    towns = {code: place.address.rpartition(" ")[2] for code, place in blueprint.places.items()}
    return {code: HOUSES[town] for code, town in towns.items() if town in HOUSES}
