"""What the search works on: flat lists of whole numbers, the same in Python and in C.

Everything has a number: activity, teacher, group, day … A table of two dimensions is one list: what teacher `t` has on
day `d` stands at `t * day_count + d`. A day of somebody is one number, of which bit `p` is set when slot `p` is taken.
Lists of lists are two lists: `days_at[a]` to `days_at[a + 1]` bound the part of `days` that belongs to activity `a`.
deploy/build_search.py makes a C struct of this class: an attribute is a whole number (`int`), a list of small ones
(`Ints`, 32 bits in C) or of large ones (`Longs`, 64 bits in C).
"""

from __future__ import annotations  # `Ints` and `Longs` are read by their names

Ints = list[int]
Longs = list[int]


class State:
    """A problem, a timetable of it with its cost, and the best one so far."""

    # -- how many there are
    activity_count: int
    day_count: int
    week_count: int
    slot_count: int
    teacher_count: int
    group_count: int
    width: int  # the most needs of one activity, at least 1

    # -- what is asked for
    group: Ints  # of each activity, as all down to `weight`
    learner: Ints  # -1: the whole group
    needs: Ints  # how many
    length: Ints
    site: Ints  # -1: none
    series: Ints  # -1: none
    once: Ints  # -1: as often a day as it fits
    same: Ints  # -1: any teachers
    pinned: Ints  # 1: stands where it is fixed and stays
    window: Longs  # the slots in which it may lie
    weight: Longs  # what it counts when it is not placed
    days_at: Ints
    days: Ints
    ability: Ints  # [activity, need] -> which ability
    able_at: Ints  # ability -> the teachers who have it
    able: Ints
    can: Ints  # [ability, teacher] -> 1 if she can
    week: Ints  # of each day
    week_at: Ints  # week -> its days
    week_days: Ints
    day_limit: Ints  # of each teacher
    week_limit: Ints
    rooms: Ints  # of each site
    talks_at: Ints  # group -> its activities with one learner
    talks: Ints
    learner_at: Ints  # learner -> her activities
    learner_acts: Ints
    series_at: Ints  # series -> its activities, and so on
    series_acts: Ints
    once_at: Ints
    once_acts: Ints
    same_at: Ints
    same_acts: Ints
    free_acts: Ints  # those that are not fixed, and then those that are
    free_count: int  # so many of them may be moved
    lively_count: int  # so many of them, the first, lie at no site: what they cost hangs on where they are
    held_series: Ints  # the series and the ties of same_teacher in which large moves make sense
    held_series_count: int
    held_same: Ints
    held_same_count: int

    # -- what it costs
    slot_cost: Longs  # [group, slot]
    gap_cost: int
    change_cost: int
    moved_cost: int
    moved_price: int  # of one that moved, to the search
    price: Longs  # number of lessons that a teacher has in a series -> what she costs the search, concave
    repairs: int  # 1: there is an old timetable to stay near to
    old_day: Ints  # -1: was not placed
    old_start: Ints
    old_who: Ints
    old_needs: Ints

    # -- where everything is
    day: Ints  # -1: not placed
    start: Ints
    who: Ints  # [activity, need] -> teacher
    teacher_bits: Longs  # [teacher, day], away and taken
    teacher_sits: Ints  # [teacher, day, slot] -> activity, -1: none
    day_load: Ints  # [teacher, day]
    week_load: Ints  # [teacher, week]
    teacher_site: Ints  # [teacher, day]
    teacher_there: Ints  # [teacher, day] -> how many activities at that site
    group_bits: Longs  # [group, day], away and lessons of the whole group
    group_sits: Ints
    talk_bits: Longs  # [group, day], talks of its learners
    talk_count: Ints  # [group, day, slot]
    online_bits: Longs  # [group, day], activities without a site
    online_count: Ints
    learner_bits: Longs  # [learner, day]
    room_count: Ints  # [site, day, slot]
    full_bits: Longs  # [site, day], slots in which no room is free
    once_count: Ints  # [once, day]
    same_count: Ints  # how many activities of a tie are placed
    same_needs: Ints
    same_who: Ints  # [same, need], by number
    series_count: Ints  # [series, teacher]
    series_staff: Ints  # [series] -> how many different teachers it has
    series_needs: Ints  # [series, number of needs] -> placed activities
    series_largest: Ints
    lost: int  # the weight of what is not placed
    cost: int  # as the search sees it
    real: int  # as the contract counts it, times the scale
    stray: Ints  # activities that stand elsewhere than in the old timetable
    stray_count: int
    stray_place: Ints  # [activity] -> where it is in that list, -1: nowhere

    # -- the best so far
    best_day: Ints
    best_start: Ints
    best_who: Ints
    best_lost: int
    best_real: int
    dirty: Ints  # activities that may stand elsewhere than in the best
    dirty_count: int
    is_dirty: Ints

    # -- the search
    random: int
    steps: int
    heat: int
    losses: Longs  # -ln of an even draw, times 2 ** 16
    most_blockers: int
    large_share: int  # of a thousand moves
    trouble: Longs  # how often an activity did not fit
    waiting: Ints  # not placed, a stack
    waiting_count: int
    waiting_place: Ints  # [activity] -> where it stands on the stack, -1: placed
    pick: Ints  # teachers for the next placing
    found: int
    found_cost: int
    found_day: int
    found_start: int
    found_who: Ints
    try_who: Ints
    rest: Longs
    nodes: int
    start_cost: Longs  # what each start of the day in hand costs
    blocker_count: int
    blockers: Ints
    mark: Ints
    stamp: int
    undo_count: int
    undo: Ints
    undo_day: Ints
    undo_start: Ints
    undo_who: Ints
    undo_mark: Ints
    undo_stamp: int
    hand: Ints  # who must go for the best of many places
    hand_count: int
    tie_who: Ints
