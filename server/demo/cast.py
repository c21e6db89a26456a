"""The invented people of the training house: names from the language areas of our learners, and who teaches them."""

from collections.abc import Mapping
from dataclasses import dataclass

from calendars.blueprint_form import Blueprint
from calendars.programmes import NewPlace


@dataclass(frozen=True, slots=True)
class Part:
    """One person of the play."""

    name: str
    language: str
    role: str = "learner"


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
    Part("Amal Haddad", "ar"), Part("Olena Kovalchuk", "en"), Part("Yusuf Warsame", "en"), Part("Nadia Rahimi", "ar"),
    Part("Somchai Chaiyasit", "en"), Part("Ivan Morozov", "fi"), Part("Leyla Demir", "en"),
    Part("Hodan Abdi", "en"), Part("Samir Khoury", "ar"), Part("Thu Nguyen", "en"), Part("Rozhin Karimi", "ar"),
    Part("Katrin Tamm", "fi"), Part("Selam Tesfay", "en"), Part("Maryam Noori", "ar"),
    Part("Dmytro Shevchuk", "en"), Part("Ayaan Jama", "fi"), Part("Farid Azizi", "ar"), Part("Mei Lin", "en"),
    Part("Besa Krasniqi", "en"), Part("Elif Yılmaz", "en"), Part("Omar Said", "ar"), Part("Irina Volkova", "fi"),
    Part("Abdi Farah", "en"), Part("Zahra Mohammadi", "ar"),
)  # fmt: skip
"""Twenty-four, in the order in which they sit: the first is the learner of the stage, the seventh never comes today."""

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
