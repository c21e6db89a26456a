"""Putting an activity into the timetable and taking it out again, with every count kept up to date. Translated to C."""

from calendars.timetable.state import State


def below(s: State, limit: int) -> int:
    """A random whole number from 0 to `limit` - 1: the minimal standard generator, the same on every machine."""
    s.random = s.random * 48271 % 2147483647
    return s.random * limit >> 31


def runs(free: int, length: int) -> int:
    """The slots from which `length` slots in a row are free."""
    while length > 1:
        free &= free >> 1
        length -= 1
    return free


def idle(bits: int) -> int:
    """Free slots between the first and the last taken one of a day."""
    if bits == 0:
        return 0
    return bits.bit_length() - (bits & -bits).bit_length() + 1 - bits.bit_count()


def strays(s: State, a: int, d: int, start: int) -> int:
    """Whether an activity with the teachers in `s.pick` would stand elsewhere than in the old timetable."""
    if s.repairs == 0 or s.old_day[a] < 0:
        return 0
    if s.old_day[a] != d or s.old_start[a] != start or s.old_needs[a] != s.needs[a]:
        return 1
    first = a * s.width
    for i in range(s.needs[a]):
        same = 0
        for j in range(s.needs[a]):
            if s.old_who[first + j] == s.pick[i]:
                same = 1
        if same == 0:
            return 1
    return 0


def soil(s: State, a: int) -> None:
    """Remember that an activity may stand elsewhere than in the best timetable."""
    if s.is_dirty[a] == 0:
        s.is_dirty[a] = 1
        s.dirty[s.dirty_count] = a
        s.dirty_count += 1


def place(s: State, a: int, d: int, start: int) -> None:
    """Put an activity there, with the teachers in `s.pick`; nobody asks here whether it may stand there."""
    soil(s, a)
    s.day[a] = d
    s.start[a] = start
    s.lost -= s.weight[a]
    if s.repairs != 0 and strays(s, a, d, start) != 0:
        s.stray_place[a] = s.stray_count
        s.stray[s.stray_count] = a
        s.stray_count += 1
        s.cost += s.moved_price
        s.real += s.moved_cost
    bits = ((1 << s.length[a]) - 1) << start
    for i in range(s.needs[a]):
        s.who[a * s.width + i] = s.pick[i]
        seat(s, a, s.pick[i], d, start, bits)
    count_ties(s, a, d, 1)
    if s.same[a] >= 0:
        tie(s, a)
    seat_group(s, a, d, start, bits)
    if s.site[a] >= 0:
        if s.learner[a] < 0:
            take_room(s, a, d, start)
    else:
        put_online(s, a, d, start, bits)


def take(s: State, a: int) -> None:
    """Take an activity out of the timetable; its teachers are in `s.pick` afterwards."""
    soil(s, a)
    d = s.day[a]
    start = s.start[a]
    bits = ((1 << s.length[a]) - 1) << start
    if s.site[a] >= 0:
        if s.learner[a] < 0:
            leave_room(s, a, d, start)
    else:
        leave_online(s, a, d, start)
    unseat_group(s, a, d, start, bits)
    count_ties(s, a, d, -1)
    for i in range(s.needs[a]):
        s.pick[i] = s.who[a * s.width + i]
        unseat(s, a, s.pick[i], d, start, bits)
    if s.stray_place[a] >= 0:
        s.stray_count -= 1
        last = s.stray[s.stray_count]
        s.stray[s.stray_place[a]] = last
        s.stray_place[last] = s.stray_place[a]
        s.stray_place[a] = -1
        s.cost -= s.moved_price
        s.real -= s.moved_cost
    s.lost += s.weight[a]
    s.day[a] = -1


def seat(s: State, a: int, t: int, d: int, start: int, bits: int) -> None:
    """One teacher begins to have it."""
    td = t * s.day_count + d
    length = s.length[a]
    s.teacher_bits[td] |= bits
    s.day_load[td] += length
    s.week_load[t * s.week_count + s.week[d]] += length
    for p in range(td * s.slot_count + start, td * s.slot_count + start + length):
        s.teacher_sits[p] = a
    if s.site[a] >= 0:
        s.teacher_site[td] = s.site[a]
        s.teacher_there[td] += 1
    if s.series[a] >= 0:
        rt = s.series[a] * s.teacher_count + t
        n = s.series_count[rt]
        s.series_count[rt] = n + 1
        s.cost += s.price[n + 1] - s.price[n]
        if n == 0:
            s.real += s.change_cost
            s.series_staff[s.series[a]] += 1


def unseat(s: State, a: int, t: int, d: int, start: int, bits: int) -> None:
    """One teacher has it no longer."""
    td = t * s.day_count + d
    length = s.length[a]
    s.teacher_bits[td] &= ~bits
    s.day_load[td] -= length
    s.week_load[t * s.week_count + s.week[d]] -= length
    for p in range(td * s.slot_count + start, td * s.slot_count + start + length):
        s.teacher_sits[p] = -1
    if s.site[a] >= 0:
        s.teacher_there[td] -= 1
    if s.series[a] >= 0:
        rt = s.series[a] * s.teacher_count + t
        n = s.series_count[rt]
        s.series_count[rt] = n - 1
        s.cost -= s.price[n] - s.price[n - 1]
        if n == 1:
            s.real -= s.change_cost
            s.series_staff[s.series[a]] -= 1


def count_ties(s: State, a: int, d: int, by: int) -> None:
    """Count it for its series, for once a day and for its tie: `by` is 1 or -1."""
    if s.once[a] >= 0:
        s.once_count[s.once[a] * s.day_count + d] += by
    if s.same[a] >= 0:
        s.same_count[s.same[a]] += by
    r = s.series[a]
    if r < 0:
        return
    s.series_needs[r * (s.width + 1) + s.needs[a]] += by
    largest = s.series_largest[r]
    if by > 0:
        if s.needs[a] > largest:
            largest = s.needs[a]
    else:
        while largest > 0 and s.series_needs[r * (s.width + 1) + largest] == 0:
            largest -= 1
    if largest != s.series_largest[r]:
        free = (largest - s.series_largest[r]) * s.change_cost
        s.cost -= free
        s.real -= free
        s.series_largest[r] = largest


def tie(s: State, a: int) -> None:
    """The teachers of a tie are those of its first placed activity."""
    q = s.same[a]
    if s.same_count[q] == 1:
        s.same_needs[q] = s.needs[a]
        for i in range(s.needs[a]):
            s.same_who[q * s.width + i] = s.pick[i]


def seat_group(s: State, a: int, d: int, start: int, bits: int) -> None:
    """The group, or one learner of it, begins to have it."""
    gd = s.group[a] * s.day_count + d
    if s.learner[a] < 0:
        s.group_bits[gd] |= bits
        for p in range(gd * s.slot_count + start, gd * s.slot_count + start + s.length[a]):
            s.group_sits[p] = a
        return
    s.learner_bits[s.learner[a] * s.day_count + d] |= bits
    s.talk_bits[gd] |= bits
    for p in range(gd * s.slot_count + start, gd * s.slot_count + start + s.length[a]):
        s.talk_count[p] += 1


def unseat_group(s: State, a: int, d: int, start: int, bits: int) -> None:
    """The group, or one learner of it, has it no longer."""
    gd = s.group[a] * s.day_count + d
    first = gd * s.slot_count
    if s.learner[a] < 0:
        s.group_bits[gd] &= ~bits
        for p in range(first + start, first + start + s.length[a]):
            s.group_sits[p] = -1
        return
    s.learner_bits[s.learner[a] * s.day_count + d] &= ~bits
    for p in range(start, start + s.length[a]):
        s.talk_count[first + p] -= 1
        if s.talk_count[first + p] == 0:
            s.talk_bits[gd] &= ~(1 << p)


def take_room(s: State, a: int, d: int, start: int) -> None:
    """A room of the site is taken."""
    sd = s.site[a] * s.day_count + d
    for p in range(start, start + s.length[a]):
        s.room_count[sd * s.slot_count + p] += 1
        if s.room_count[sd * s.slot_count + p] >= s.rooms[s.site[a]]:
            s.full_bits[sd] |= 1 << p


def leave_room(s: State, a: int, d: int, start: int) -> None:
    """A room of the site is free again."""
    sd = s.site[a] * s.day_count + d
    for p in range(start, start + s.length[a]):
        s.room_count[sd * s.slot_count + p] -= 1
        if s.room_count[sd * s.slot_count + p] < s.rooms[s.site[a]]:
            s.full_bits[sd] &= ~(1 << p)


def put_online(s: State, a: int, d: int, start: int, bits: int) -> None:
    """Slot and gap of something without a site."""
    gd = s.group[a] * s.day_count + d
    old = s.online_bits[gd]
    new = old | bits
    s.online_bits[gd] = new
    for p in range(gd * s.slot_count + start, gd * s.slot_count + start + s.length[a]):
        s.online_count[p] += 1
    more = s.slot_cost[s.group[a] * s.slot_count + start] + (idle(new) - idle(old)) * s.gap_cost
    s.cost += more
    s.real += more


def leave_online(s: State, a: int, d: int, start: int) -> None:
    """Slot and gap of something without a site, taken back."""
    gd = s.group[a] * s.day_count + d
    old = s.online_bits[gd]
    new = old
    for p in range(start, start + s.length[a]):
        s.online_count[gd * s.slot_count + p] -= 1
        if s.online_count[gd * s.slot_count + p] == 0:
            new &= ~(1 << p)
    s.online_bits[gd] = new
    less = s.slot_cost[s.group[a] * s.slot_count + start] + (idle(old) - idle(new)) * s.gap_cost
    s.cost -= less
    s.real -= less
