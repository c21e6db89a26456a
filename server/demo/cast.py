"""The invented people of the training house: names from the language areas of our learners, and who teaches them."""

from dataclasses import dataclass


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
)
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
