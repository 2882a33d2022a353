"""`python -m tests.benchmarks.highs_lp problem.npz`: HiGHS solves a matching problem's linear relaxation.

In a process of its own: HiGHS and OR-Tools do not live in one. Prints the seconds that it took and the optimum. Reads
the arrays of `problem.Problem` as numpy saves them and imports nothing of the matcher.
"""

import sys
import time

import highspy
import numpy as np


def main() -> None:
    """Build the relaxation, with visits, days, places, mediators, first visits and floors, and solve it."""
    given = np.load(sys.argv[1])
    pair_class, pair_slot, pair_lane = given["pair_class"], given["pair_slot"], given["pair_lane"]
    pairs, classes = pair_class.size, given["class_visits"].size
    mediated = given["lane_mediated"][pair_lane]
    # A link of a lane with a mediator is shared by the lane's pairs: what flows into the lane flows out by its links.
    link_lane, link_mediator = given["link_lane"], given["link_mediator"]
    links, lanes = link_lane.size, given["lane_mediated"].size
    first = pairs + links
    columns = first + classes
    rows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    lower: list[np.ndarray] = []
    upper: list[np.ndarray] = []

    def limit(keys: np.ndarray, column: np.ndarray, values: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        begins = sum(each.size for each in upper)
        rows.append((begins + keys, column, values))
        lower.append(low)
        upper.append(high)

    infinite = highspy.kHighsInf
    every, ones = np.arange(pairs), np.ones(pairs)

    def at_most(keys: np.ndarray, column: np.ndarray, values: np.ndarray, high: np.ndarray) -> None:
        limit(keys, column, values, np.full(high.size, -infinite), high.astype(float))

    at_most(pair_class, every, ones, given["class_visits"])
    at_most(pair_slot, every, given["pair_places"].astype(float), given["slot_places"])
    # A class of one visit needs no limit by day: rows that say nothing would only cost HiGHS time.
    several = np.flatnonzero(given["class_visits"][pair_class] > 1)
    keys = np.stack([pair_class[several], given["slot_day"][pair_slot[several]]])
    days, of_pair = np.unique(keys, axis=1, return_inverse=True)
    at_most(of_pair.ravel(), several, np.ones(several.size), np.ones(days.shape[1]))
    lane_rows, link_columns = np.flatnonzero(mediated), pairs + np.arange(links)
    limit(
        np.r_[pair_lane[lane_rows], link_lane],
        np.r_[lane_rows, link_columns],
        np.r_[np.ones(lane_rows.size), -np.ones(links)],
        np.zeros(lanes),
        np.zeros(lanes),
    )
    at_most(link_mediator, link_columns, np.ones(links), given["mediator_visits"])
    lane_slot = np.zeros(lanes, np.int64)
    lane_slot[pair_lane] = pair_slot
    link_day = given["slot_day"][lane_slot[link_lane]]
    busy, of_link = np.unique(np.stack([link_mediator, link_day]), axis=1, return_inverse=True)
    at_most(of_link.ravel(), link_columns, np.ones(links), np.ones(busy.shape[1]))
    served = first + np.arange(classes)
    at_most(
        np.r_[pair_class, np.arange(classes)],
        np.r_[every, served],
        np.r_[-ones, np.ones(classes)],
        np.zeros(classes),
    )
    counted = np.flatnonzero(given["class_cell"] >= 0)
    floors = given["cell_floor"].astype(float)
    limit(given["class_cell"][counted], served[counted], np.ones(counted.size), floors, np.full(floors.size, infinite))

    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = columns, sum(each.size for each in upper)
    program.col_cost_ = -np.r_[given["pair_score"], given["link_score"], given["class_first_bonus"]]
    program.col_lower_, program.col_upper_ = np.zeros(columns), np.ones(columns)
    program.row_lower_, program.row_upper_ = np.concatenate(lower), np.concatenate(upper)
    row, column, value = (np.concatenate(part) for part in zip(*rows, strict=True))
    order = np.lexsort((row, column))
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.searchsorted(column[order], np.arange(columns + 1))
    program.a_matrix_.index_, program.a_matrix_.value_ = row[order], value[order]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(program)
    begins = time.perf_counter()
    solver.run()
    seconds = time.perf_counter() - begins
    print(seconds, -solver.getInfo().objective_function_value)  # noqa: T201  what the caller reads


if __name__ == "__main__":
    main()
