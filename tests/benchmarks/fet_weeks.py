"""Weeks of a timetable problem as FET files, with the teachers given, and FET's answers as rows.

FET plans one week of students' sets, teachers and rooms. What it cannot say is left out or taken from a timetable that
is complete already: who teaches, and in which week a talk lies.
"""

import subprocess
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

UNSAID = (
    "FET is given the teachers and the week of each talk; it does not choose them.",
    "FET keeps no same_teacher over weeks, no fewest teachers per series, no liked hours, no least change.",
    "max_slots_week holds since the teachers are given.",
)
LIMIT = 120
"""Seconds for one week."""


class Weeks:
    """One problem, cut into weeks by a complete timetable."""

    def __init__(self, problem: Json, complete: Json) -> None:
        self.problem = problem
        self.wishes = {one["id"]: one for one in problem["activities"]}
        self.rows: dict[int, list[Json]] = defaultdict(list)
        for row in complete["placed"]:
            self.rows[problem["days"][row["day"]]["week"]].append(row)

    def solve(self, folder: Path, fet: str) -> list[Json]:
        """The rows of all weeks, as FET says them in its own files; weeks one after the other."""
        rows = []
        for week in sorted(self.rows):
            source = folder / f"week{week}.fet"
            ET.ElementTree(self._week(week)).write(source, encoding="utf-8", xml_declaration=True)
            words = [fet, f"--inputfile={source}", f"--outputdir={folder}", f"--timelimitseconds={LIMIT}"]
            subprocess.run(words, check=True, capture_output=True, cwd=folder)
            rows += self._answer(week, folder / "timetables" / source.stem / f"{source.stem}_activities.xml")
        return rows

    def _answer(self, week: int, file: Path) -> Iterator[Json]:
        given = {str(number): row for number, row in enumerate(self.rows[week], 1)}
        for one in ET.parse(file).getroot():
            day, hour = one.findtext("Day"), one.findtext("Hour")
            if day and hour:
                row = given[str(one.findtext("Id"))]
                yield row | {"day": int(day.removeprefix("d")), "start": int(hour.removeprefix("h"))}

    def _week(self, week: int) -> ET.Element:
        days = [number for number, day in enumerate(self.problem["days"]) if day["week"] == week]
        top = ET.Element("fet", version="6.8.5")
        _put(top, Institution_Name="Oppitupa", Comments="")
        _named(top, "Days_List", "Number_of_Days", "Day", [f"d{day}" for day in days])
        _named(
            top, "Hours_List", "Number_of_Hours", "Hour", [f"h{slot}" for slot in range(self.problem["slots_per_day"])]
        )
        _put(ET.SubElement(ET.SubElement(top, "Subjects_List"), "Subject"), Name="lesson", Comments="")
        ET.SubElement(top, "Activity_Tags_List")
        self._people(top, week)
        activities = ET.SubElement(top, "Activities_List")
        for number, row in enumerate(self.rows[week], 1):
            self._activity(ET.SubElement(activities, "Activity"), number, row)
        self._rooms(top)
        times = ET.SubElement(top, "Time_Constraints_List")
        _rule(times, "ConstraintBasicCompulsoryTime")
        self._absences(times, days)
        self._times(times, week, days)
        self._spaces(ET.SubElement(top, "Space_Constraints_List"), week)
        return top

    def _people(self, top: ET.Element, week: int) -> None:
        teachers = ET.SubElement(top, "Teachers_List")
        for one in self.problem["teachers"]:
            _put(ET.SubElement(teachers, "Teacher"), Name=one["id"], Target_Number_of_Hours=0, Comments="")
        students = ET.SubElement(top, "Students_List")
        talkers: dict[str, set[str]] = defaultdict(set)
        for row in self.rows[week]:
            wish = self.wishes[row["activity"]]
            if wish["learner"] is not None:
                talkers[wish["group"]].add(wish["learner"])
        for one in self.problem["groups"]:
            year = ET.SubElement(students, "Year")
            _put(year, Name=one["id"], Number_of_Students=one["size"], Comments="")
            for learner in sorted(talkers[one["id"]]):
                _put(ET.SubElement(year, "Group"), Name=learner, Number_of_Students=1, Comments="")

    def _activity(self, here: ET.Element, number: int, row: Json) -> None:
        wish = self.wishes[row["activity"]]
        for teacher in row["teachers"]:
            _put(here, Teacher=teacher)
        _put(
            here,
            Subject="lesson",
            Students=wish["learner"] or wish["group"],
            Duration=wish["length"],
            Total_Duration=wish["length"],
            Id=number,
            Activity_Group_Id=0,
            Active="true",
            Comments="",
        )

    def _rooms(self, top: ET.Element) -> None:
        """Real rooms, and corners enough for talks, which need none but bind a teacher to the site."""
        buildings, rooms = ET.SubElement(top, "Buildings_List"), ET.SubElement(top, "Rooms_List")
        for site in self.problem["sites"]:
            _put(ET.SubElement(buildings, "Building"), Name=site["id"], Comments="")
            for name in (*self._real(site), *self._corners(site)):
                room = ET.SubElement(rooms, "Room")
                _put(room, Name=name, Building=site["id"], Capacity=30000, Virtual="false", Comments="")

    def _real(self, site: Json) -> list[str]:
        return [f"{site['id']} room {number}" for number in range(site["rooms"])]

    def _corners(self, site: Json) -> list[str]:
        return [f"{site['id']} corner {number}" for number in range(len(self.problem["teachers"]))]

    def _absences(self, times: ET.Element, days: list[int]) -> None:
        for kind, tag, name in (
            ("teachers", "ConstraintTeacherNotAvailableTimes", "Teacher"),
            ("groups", "ConstraintStudentsSetNotAvailableTimes", "Students"),
        ):
            for one in self.problem[kind]:
                cells = sorted({(day, slot) for day, start, end in one["busy"] for slot in range(start, end)})
                cells = [cell for cell in cells if cell[0] in days]
                if cells:
                    rule = _rule(times, tag, **{name: one["id"], "Number_of_Not_Available_Times": len(cells)})
                    for day, slot in cells:
                        _put(ET.SubElement(rule, "Not_Available_Time"), Day=f"d{day}", Hour=f"h{slot}")
        for one in self.problem["teachers"]:
            _rule(times, "ConstraintTeacherMaxHoursDaily", Teacher_Name=one["id"],
                  Maximum_Hours_Daily=min(one["max_slots_day"], self.problem["slots_per_day"]))  # fmt: skip

    def _times(self, times: ET.Element, week: int, days: list[int]) -> None:
        once: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows[week], 1):
            wish = self.wishes[row["activity"]]
            starts = [(day, slot) for day in wish["days"] if day in days
                      for slot in range(wish["from"], wish["to"] - wish["length"] + 1)]  # fmt: skip
            rule = _rule(times, "ConstraintActivityPreferredStartingTimes", Activity_Id=number,
                         Number_of_Preferred_Starting_Times=len(starts))  # fmt: skip
            for day, slot in starts:
                place = ET.SubElement(rule, "Preferred_Starting_Time")
                _put(place, Preferred_Starting_Day=f"d{day}", Preferred_Starting_Hour=f"h{slot}")
            if wish["once_a_day"] is not None:
                once[wish["once_a_day"]].append(number)
        for numbers in once.values():
            if len(numbers) > 1:
                rule = _rule(times, "ConstraintMinDaysBetweenActivities", Consecutive_If_Same_Day="false",
                             Number_of_Activities=len(numbers))  # fmt: skip
                for number in numbers:
                    _put(rule, Activity_Id=number)
                _put(rule, MinDays=1)

    def _spaces(self, spaces: ET.Element, week: int) -> None:
        _rule(spaces, "ConstraintBasicCompulsorySpace")
        sites = {site["id"]: site for site in self.problem["sites"]}
        for number, row in enumerate(self.rows[week], 1):
            wish = self.wishes[row["activity"]]
            if wish["site"] is not None:
                site = sites[wish["site"]]
                rooms = self._real(site) if wish["learner"] is None else self._corners(site)
                rule = _rule(spaces, "ConstraintActivityPreferredRooms", Activity_Id=number,
                             Number_of_Preferred_Rooms=len(rooms))  # fmt: skip
                for room in rooms:
                    _put(rule, Preferred_Room=room)
        for one in self.problem["teachers"]:
            _rule(
                spaces, "ConstraintTeacherMaxBuildingChangesPerDay", Teacher=one["id"], Max_Building_Changes_Per_Day=0
            )


def _put(here: ET.Element, **values: Any) -> None:
    for name, value in values.items():
        ET.SubElement(here, name).text = str(value)


def _named(top: ET.Element, name: str, number: str, each: str, names: list[str]) -> None:
    here = ET.SubElement(top, name)
    _put(here, **{number: len(names)})
    for one in names:
        _put(ET.SubElement(here, each), Name=one)


def _rule(here: ET.Element, tag: str, **values: Any) -> ET.Element:
    rule = ET.SubElement(here, tag)
    _put(rule, Weight_Percentage=100, **values)
    _put(rule, Active="true", Comments="")
    return rule
