"""Who stands in the way of an activity at a place, and would have to go before it can be put there. Translated to C."""

from calendars.timetable.places import below
from calendars.timetable.state import State

IMPOSSIBLE = -1


def gather(s: State, a: int, d: int, start: int, most: int) -> int:
    """How many stand in the way there, with the teachers in `s.try_who`; -1: too many, or impossible."""
    s.stamp += 1
    s.blocker_count = 0
    s.mark[a] = s.stamp
    bits = ((1 << s.length[a]) - 1) << start
    if block_group(s, a, d, start, bits, most) == 0:
        return IMPOSSIBLE
    if s.once[a] >= 0 and s.once_count[s.once[a] * s.day_count + d] > 0 and block_once(s, a, d, most) == 0:
        return IMPOSSIBLE
    if s.same[a] >= 0 and s.same_count[s.same[a]] > 0 and block_tie(s, a, most) == 0:
        return IMPOSSIBLE
    for i in range(s.needs[a]):
        if block_teacher(s, a, s.try_who[i], d, start, bits, most) == 0:
            return IMPOSSIBLE
    for i in range(s.needs[a]):
        if block_day(s, a, s.try_who[i], d, most) == 0 or block_week(s, a, s.try_who[i], d, most) == 0:
            return IMPOSSIBLE
    if s.site[a] >= 0 and s.learner[a] < 0 and block_rooms(s, a, d, start, bits, most) == 0:
        return IMPOSSIBLE
    return s.blocker_count


def block(s: State, b: int, most: int) -> int:
    """One more in the way; 0 when that is one too many, or one that stays."""
    if s.mark[b] == s.stamp:
        return 1
    if s.pinned[b] != 0 or s.blocker_count >= most:
        return 0
    s.mark[b] = s.stamp
    s.blockers[s.blocker_count] = b
    s.blocker_count += 1
    return 1


def overlaps(s: State, b: int, d: int, start: int, length: int) -> int:
    """Whether an activity lies in this time."""
    if s.day[b] == d and s.start[b] < start + length and start < s.start[b] + s.length[b]:
        return 1
    return 0


def block_group(s: State, a: int, d: int, start: int, bits: int, most: int) -> int:
    """Lessons of the group, and talks of its learners or of this one."""
    gd = s.group[a] * s.day_count + d
    taken = s.group_bits[gd]
    if (taken & bits) != 0:
        for p in range(start, start + s.length[a]):
            if (taken >> p & 1) != 0:
                b = s.group_sits[gd * s.slot_count + p]
                if b < 0 or block(s, b, most) == 0:
                    return 0
    if s.learner[a] >= 0:
        if (s.learner_bits[s.learner[a] * s.day_count + d] & bits) != 0:
            for j in range(s.learner_at[s.learner[a]], s.learner_at[s.learner[a] + 1]):
                b = s.learner_acts[j]
                if overlaps(s, b, d, start, s.length[a]) != 0 and block(s, b, most) == 0:
                    return 0
    elif (s.talk_bits[gd] & bits) != 0:
        for j in range(s.talks_at[s.group[a]], s.talks_at[s.group[a] + 1]):
            b = s.talks[j]
            if overlaps(s, b, d, start, s.length[a]) != 0 and block(s, b, most) == 0:
                return 0
    return 1


def block_once(s: State, a: int, d: int, most: int) -> int:
    """What may not lie on the same day."""
    for j in range(s.once_at[s.once[a]], s.once_at[s.once[a] + 1]):
        b = s.once_acts[j]
        if b != a and s.day[b] == d and block(s, b, most) == 0:
            return 0
    return 1


def block_tie(s: State, a: int, most: int) -> int:
    """All that is tied to other teachers."""
    q = s.same[a]
    equal = 0
    if s.same_needs[q] == s.needs[a]:
        for i in range(s.needs[a]):
            for j in range(s.needs[a]):
                if s.same_who[q * s.width + i] == s.try_who[j]:
                    equal += 1
        if equal == s.needs[a]:
            return 1
    for j in range(s.same_at[q], s.same_at[q + 1]):
        b = s.same_acts[j]
        if b != a and s.day[b] >= 0 and block(s, b, most) == 0:
            return 0
    return 1


def block_teacher(s: State, a: int, t: int, d: int, start: int, bits: int, most: int) -> int:
    """What the teacher has at this time, or at another site on this day."""
    td = t * s.day_count + d
    taken = s.teacher_bits[td]
    if (taken & bits) != 0:
        for p in range(start, start + s.length[a]):
            if (taken >> p & 1) != 0:
                b = s.teacher_sits[td * s.slot_count + p]
                if b < 0 or block(s, b, most) == 0:
                    return 0
    if s.site[a] >= 0 and s.teacher_there[td] > 0 and s.teacher_site[td] != s.site[a]:
        for p in range(td * s.slot_count, (td + 1) * s.slot_count):
            b = s.teacher_sits[p]
            if b >= 0 and s.site[b] >= 0 and block(s, b, most) == 0:
                return 0
    return 1


def has(s: State, b: int, t: int) -> int:
    """Whether an activity is taught by this teacher."""
    for i in range(s.needs[b]):
        if s.who[b * s.width + i] == t:
            return 1
    return 0


def freed(s: State, t: int, d: int, whole_week: int) -> int:
    """How many slots of a teacher's day or week those in the way take."""
    total = 0
    for j in range(s.blocker_count):
        b = s.blockers[j]
        if (s.day[b] == d or (whole_week != 0 and s.week[s.day[b]] == s.week[d])) and has(s, b, t) != 0:
            total += s.length[b]
    return total


def own(s: State, a: int, t: int, d: int, whole_week: int) -> int:
    """How many slots of a teacher's day or week the activity itself takes where it stands."""
    if s.day[a] >= 0 and (s.day[a] == d or (whole_week != 0 and s.week[s.day[a]] == s.week[d])) and has(s, a, t) != 0:
        return s.length[a]
    return 0


def block_day(s: State, a: int, t: int, d: int, most: int) -> int:
    """As many lessons of the day as are too many."""
    td = t * s.day_count + d
    if s.day_load[td] + s.length[a] <= s.day_limit[t]:
        return 1
    load = s.day_load[td] - freed(s, t, d, 0) - own(s, a, t, d, 0)
    turn = below(s, s.slot_count)
    for p in range(s.slot_count):
        b = s.teacher_sits[td * s.slot_count + (p + turn) % s.slot_count]
        if load + s.length[a] > s.day_limit[t] and b >= 0 and s.mark[b] != s.stamp and s.pinned[b] == 0:
            if block(s, b, most) == 0:
                return 0
            load -= s.length[b]
    if load + s.length[a] > s.day_limit[t]:
        return 0
    return 1


def block_week(s: State, a: int, t: int, d: int, most: int) -> int:
    """As many lessons of the week as are too many."""
    w = s.week[d]
    if s.week_load[t * s.week_count + w] + s.length[a] <= s.week_limit[t]:
        return 1
    load = s.week_load[t * s.week_count + w] - freed(s, t, d, 1) - own(s, a, t, d, 1)
    first = s.week_at[w]
    slots = (s.week_at[w + 1] - first) * s.slot_count
    turn = below(s, slots)
    for p in range(slots):
        place = (p + turn) % slots
        if load + s.length[a] > s.week_limit[t]:
            day = s.week_days[first + place // s.slot_count]
            b = s.teacher_sits[(t * s.day_count + day) * s.slot_count + place % s.slot_count]
            if b >= 0 and s.mark[b] != s.stamp and s.pinned[b] == 0:
                if block(s, b, most) == 0:
                    return 0
                load -= s.length[b]
    if load + s.length[a] > s.week_limit[t]:
        return 0
    return 1


def block_rooms(s: State, a: int, d: int, start: int, bits: int, most: int) -> int:
    """One of those who have the rooms, for each slot without a free one."""
    site = s.site[a]
    if (s.full_bits[site * s.day_count + d] & bits) == 0:
        return 1
    if s.rooms[site] == 0:
        return 0
    for p in range(start, start + s.length[a]):
        taken = s.room_count[(site * s.day_count + d) * s.slot_count + p]
        if overlaps(s, a, d, p, 1) != 0:
            taken -= 1
        for j in range(s.blocker_count):
            b = s.blockers[j]
            if s.site[b] == site and s.learner[b] < 0 and overlaps(s, b, d, p, 1) != 0:
                taken -= 1
        turn = below(s, s.group_count)
        for g in range(s.group_count):
            if taken >= s.rooms[site]:
                group = (g + turn) % s.group_count
                b = s.group_sits[(group * s.day_count + d) * s.slot_count + p]
                if b >= 0 and s.site[b] == site and s.mark[b] != s.stamp and s.pinned[b] == 0:
                    if block(s, b, most) == 0:
                        return 0
                    taken -= 1
        if taken >= s.rooms[site]:
            return 0
    return 1
