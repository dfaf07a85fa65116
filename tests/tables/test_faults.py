"""All that is wrong with a file: the first faults are named, the others counted."""

import pytest

from ahp.errors import AnswersError
from ahp.study.answers import answers_from_table
from ahp.tables.faults import MOST_NAMED, Faults, first_and_count


def test_faults_that_are_not_named_are_not_made():
    made = []

    def fault():
        made.append(AnswersError("cell_empty"))
        return made[-1]

    faults = Faults[AnswersError]()
    for _ in range(MOST_NAMED + 3):
        faults.add(fault)
    faults.extend([AnswersError("cell_empty")] * 2)
    assert (len(made), faults.first, faults.count) == (MOST_NAMED, made, MOST_NAMED + 5)
    assert [str(each) for each in first_and_count(faults)[MOST_NAMED:]] == ["and 5 more"]


def test_lines_that_are_not_named_are_counted():
    table = "expert,parent,left,right,value\n" + "W,goal,A,,3\n" * 30
    with pytest.raises(AnswersError) as refused:
        answers_from_table(table.encode(), "panel.csv")
    named = [f"panel.csv: line {line}: right is empty;" for line in range(2, MOST_NAMED + 2)]
    said = "\n".join(["panel.csv: 30 faults:", *named, "and 10 more"])
    assert str(refused.value) == said
