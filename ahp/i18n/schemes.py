"""Words for schemes being written: what can be filled in, what is wrong, what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import EntryError
from ..evaluation.periods import KIND_WORDS
from ..evaluation.rules import Derived, Stepwise
from ..evaluation.scheme import Scheme
from ..messages import with_names
from ..process.evaluations.events import WeightsSource
from ..process.scheme_comparison import SchemeDifference
from ..process.scheme_draft import SchemeDraft, steps_of
from ..process.scheme_fields import Field
from ..process.scheme_trials import TriedValue
from . import LANGUAGES, Translate, translator
from .errors import error_sentence
from .evaluation import bands_of, join_words, line_words, names_of, rule_words, step_sentences

_IDS_BELOW = ("weights", "full_marks", "anchors", "tables", "constants", "grades")
"""Tables whose keys are ids, not words of the format."""


def field_words(field: Field, language: str) -> tuple[str, str]:
    """What a field of a form is called, and a sentence of help."""
    words = _field_words(translator(language))
    return words.get(f"{field.part}.{field.name}") or words[field.name]


def choice_words(field: Field, language: str) -> dict[str, str]:
    """The choices of a field, in words, in their order."""
    words = _choice_words(translator(language), language)
    return {choice: words[field.name][choice] for choice in field.choices}


def rule_kind_words(_: Translate) -> dict[str, str]:
    """Kinds of rules, as they are offered."""
    return {
        "measured": _("Goalposts: linear between two values"),
        "completion": _("Completion of a target"),
        "target": _("Target interval"),
        "steps": _("Steps"),
        "membership": _("Memberships in grades"),
        "rated": _("Grades given by raters"),
        "shares": _("Shares of raters for each grade"),
        "checklist": _("Checklist of control points"),
        "points": _("Full mark less what occurred"),
        "derived": _("Formula on reported inputs"),
    }


def part_words(_: Translate) -> dict[str, str]:
    """Parts of a scheme, and what it says of itself."""
    return {
        "format": _("Format"),
        "id": _("Id"),
        "version": _("Version"),
        "languages": _("Languages"),
        "name": _("What it is called"),
        "description": _("Description"),
        "survey": _("Survey"),
        "effective_from": _("In force from"),
        "effective_to": _("In force to"),
        "findings_once": _("A finding is deducted once"),
        "nodes": _("Hierarchy"),
        "weights": _("Weights"),
        "full_marks": _("Full marks"),
        "indicators": _("Indicators"),
        "grades": _("Grades"),
        "bands": _("Bands"),
        "missing": _("Missing values"),
        "period": _("Evaluation period"),
        "warnings": _("Early warnings"),
        "digits": _("Decimals"),
        "total": _("Total"),
        "deductions": _("Deductions"),
        "bonuses": _("Bonuses"),
        "vetoes": _("Vetoes"),
        "groups": _("Peer groups"),
        "duties": _("Duties"),
        "incompatible_duties": _("Incompatible duties"),
    }


def _field_words(_: Translate) -> dict[str, tuple[str, str]]:
    """Name of a field, after its part where it means something else there -> label and help."""
    return {
        "low": (_("Lower end"), _("The lower of the two values, in the indicator's unit.")),
        "high": (_("Upper end"), _("The upper of the two values, in the indicator's unit.")),
        "direction": (_("Which is better"), _("Whether higher or lower values earn points.")),
        "target": (_("Target"), _("Reaching it earns 100 points; above 0.")),
        "lower": (
            _("Where lower is better"),
            _("At twice the target, the ratio leaves 50 points, the difference 0."),
        ),
        "cap": (
            _("At most"),
            _("The most that is counted in a period; left empty, there is no limit."),
        ),
        "completion.cap": (
            _("Counts up to"),
            _("1 counts the target alone; 1.2 gives up to 120 points for more."),
        ),
        "total.cap": (_("Total at most"), _("Higher totals are cut down to it.")),
        "tolerance": (
            _("Tolerance"),
            _("Distance from the interval at which no points are left; above 0."),
        ),
        "steps": (_("Steps"), _("From the lowest values up; the last step has no end.")),
        "closed": (
            _("A limit belongs to"),
            _("Whether a value right on a limit is of the step below it or above it."),
        ),
        "thresholds": (_("Thresholds"), _("Ascending values at which one grade holds alone.")),
        "grade_points": (
            _("Points at the thresholds"),
            _("As many as there are thresholds, 0 to 100."),
        ),
        "grades": (_("Grades"), _("The table of grades that raters choose from.")),
        "anchors": (
            _("Anchors"),
            _("For each grade, what a unit does here; left empty, the table's words hold."),
        ),
        "counts": (
            _("Numbers of raters"),
            _("Whether numbers of raters are reported instead of shares that sum to 1."),
        ),
        "control_points": (_("Control points"), _("What is checked, one by one.")),
        "occurrences": (_("Occurrences"), _("What takes points each time it happens.")),
        "absent": (
            _("Nothing reported means"),
            _("Whether a unit of which nothing is reported has full marks."),
        ),
        "inputs": (_("Inputs"), _("The figures that are reported and that the formula uses.")),
        "formula": (
            _("Formula"),
            _("With + - * / ( ), min, max, sum, count, the inputs, constants and tables."),
        ),
        "rule": (_("Rule"), _("How the value gets its points.")),
        "tables": (_("Tables"), _("Tables of steps that the formula looks numbers up in.")),
        "constants": (_("Constants"), _("Numbers of the scheme that the formula uses by name.")),
        "id": (_("Id"), _("Short and unique; data files may use it in place of the name.")),
        "name": (_("What it is called"), _("As it stands in data files and notices.")),
        "parent": (_("Belongs to"), _("The item above it in the hierarchy.")),
        "explanation": (_("Explanation"), _("One or two sentences on what is meant.")),
        "unit": (_("Unit of measure"), _("Such as % or days.")),
        "source": (_("Who delivers it"), _("The office, and the record it takes it from.")),
        "clause": (_("Clause"), _("Number of the clause in the rules; it is cited in results.")),
        "items": (_("Several items"), _("How several items of a unit in a period become one.")),
        "raters": (_("Several raters"), _("How several ratings of one item become one.")),
        "fewest_raters": (_("Fewest raters"), _("How many raters an item needs, 1 or more.")),
        "most_spread": (
            _("Raters at most apart"),
            _("A second round is due where they lie further apart, in points; empty: no limit."),
        ),
        "valid": (_("Possible values"), _("Lowest and highest; others are refused as slips.")),
        "counts_in": (
            _("Counts in"),
            _("Parts of the year, such as Q4; left empty, it counts in each."),
        ),
        "document": (_("Needs a document"), _("Whether each row has to name its evidence.")),
        "view": (_("View"), _("Static: as it is today. Dynamic: by its trend.")),
        "points": (
            _("Points it is worth"),
            _("Above 0; they count in proportion to those of the others."),
        ),
        "grades.points": (_("Points"), _("Of this grade, 0 to 100.")),
        "steps_of_rule.points": (
            _("Points"),
            _("One number, or two: at the lower and the upper limit, linear between."),
        ),
        "deductions.points": (_("Points each time"), _("Taken each time; above 0.")),
        "bonuses.points": (
            _("Points each time"),
            _("Given each time; left empty, the points are those reported."),
        ),
        "occurrences.points": (_("Points each time"), _("Taken each time; above 0.")),
        "digits.points": (_("Points"), _("Decimals of points, 0 to 9.")),
        "anchor": (_("Anchor"), _("What a unit of this grade does, in words.")),
        "at_least": (_("From, including"), _("Lowest total of the band, which belongs to it.")),
        "below": (
            _("Up to, not including"),
            _("Upper end, where the rules state it; it doesn't belong to it."),
        ),
        "when.below": (_("Below"), _("It falls below this number.")),
        "coefficient": (_("Coefficient"), _("By which pay is multiplied.")),
        "consequence": (_("Consequence"), _("What follows of this band.")),
        "indicator": (_("Indicator"), _("The one that it is about; left empty, the total.")),
        "when.indicator": (_("Indicator"), _("The one that is looked at.")),
        "effect": (_("Effect"), _("What it does to the total or the band.")),
        "band": (_("Band"), _("The band that the effect names.")),
        "when": (_("Falls by itself"), _("A condition; it then falls unreported, too.")),
        "of": (_("Of what"), _("Whether its value or its points are looked at.")),
        "occurrences.of": (_("Of what"), _("Of the indicator's 100 points or of the unit's.")),
        "above": (_("Above"), _("It falls above this number.")),
        "near": (_("Warn from"), _("How far before that number a warning begins.")),
        "not_reported": (_("Not reported"), _("What a value that is not reported means.")),
        "share": (
            _("Known weight needed"),
            _("Share from 0 to 1; with less of it known, a parent has no score."),
        ),
        "year": (
            _("Year"),
            _("How the year's total comes of its periods; left empty, there is none."),
        ),
        "kind": (_("Kind of period"), _("What is evaluated each time.")),
        "warnings.floor": (_("Total below"), _("Warns of a unit whose total is lower.")),
        "total.floor": (_("Total at least"), _("Lower totals are raised to it.")),
        "fall": (_("Fall of points"), _("Warns of more from one period to the next.")),
        "falls": (_("Falls in a row"), _("Warns of so many.")),
        "below_median": (
            _("Below the median"),
            _("Warns of a total so many points below that of the peer group."),
        ),
        "band_edge": (_("Near the edge"), _("Warns of a total so little above a band's edge.")),
        "weights": (_("Weights"), _("Decimals of weights inside a parent, 1 to 9.")),
        "total": (_("Total"), _("Decimals of the total, no more than those of points.")),
        "order": (_("Order"), _("In which these change the weighted total.")),
        "bonus_cap": (_("All bonuses at most"), _("Points that they give together; above 0.")),
        "units": (_("Units"), _("Their names, as in data files.")),
        "duties": (_("Duties"), _("Two that must not lie in one hand.")),
        "reason": (_("Reason"), _("What one person with both could do.")),
        "up_to": (_("Up to"), _("Upper limit of the step; none for the last.")),
        "tables.up_to": (_("Up to"), _("Ascending limits.")),
        "values": (_("Values"), _("One more than there are limits.")),
        "key": (_("Key point"), _("Whether it matters more than the others.")),
        "evidence": (_("Evidence"), _("What shows that it is met.")),
        "veto": (_("Veto"), _("What a key point brings when it fails.")),
        "sample": (
            _("Sample"),
            _("How many are drawn; results are then written as 38/40. None: checked as a whole."),
        ),
        "decision": (_("Decision"), _("Where it is about one that a person may not take alone.")),
        "rows": (
            _("One number for each"),
            _("Such as loans: inputs of the same rows have the same items. Empty: one number."),
        ),
    }


def _choice_words(_: Translate, language: str) -> dict[str, dict[str, str]]:
    """Name of a field -> its choices in words."""
    joins = join_words(_)
    return {
        "direction": {"higher": _("higher is better"), "lower": _("lower is better")},
        "lower": {
            "ratio": _("ratio: target ÷ value"),
            "difference": _("difference: 2 − value ÷ target"),
        },
        "closed": {"upper": _("the step below it"), "lower": _("the step above it")},
        "absent": {
            "full": _("nothing occurred: full marks"),
            "not_reported": _("not reported"),
        },
        "items": joins,
        "raters": joins,
        "view": {"static": _("static"), "dynamic": _("dynamic")},
        "effect": {
            "zero": _("the total is 0"),
            "cap": _("at most just below the band"),
            "lower_band": _("one band lower"),
            "band": _("this band at best"),
            "not_rated": _("not rated"),
        },
        "of": {
            "value": _("its value"),
            "points": _("its points"),
            "item": _("the indicator's 100 points"),
            "total": _("the unit's 100 points"),
        },
        "not_reported": {
            "zero": _("0 points"),
            "last": _("the points of the period before"),
            "blocks": _("no total until it is there"),
        },
        "year": {"mean": _("mean"), "last": _("the last period")},
        "kind": {kind: error_sentence(word, language) for kind, word in KIND_WORDS.items()},
        "order": {
            "deductions": _("Deductions"),
            "bonuses": _("Bonuses"),
            "limits": _("Limits of the total"),
            "vetoes": _("Vetoes"),
        },
        "evidence": {
            "voucher": _("voucher"),
            "record": _("record"),
            "ledger": _("ledger"),
            "working_note": _("working note"),
            "document": _("document"),
            "rule": _("internal rules"),
            "minutes": _("minutes"),
            "basis": _("basis of the entry"),
            "approval": _("approval"),
            "contract": _("contract"),
        },
        "decision": {
            "collective": _("must be collective"),
            "not_delegated": _("can't be delegated"),
        },
        "rule": rule_kind_words(_),
    }


def problem_words(draft: SchemeDraft, problem: EntryError, language: str) -> str:
    """What is missing or wrong in a draft: the place by the names of things, then the problem."""
    _ = translator(language)
    names = draft_names(draft, language)
    said = with_names(problem.parameters["problem"], {**LANGUAGES, **names})
    place = _draft_place(draft, problem.parameters["place"], language)
    sentence = error_sentence(said, language)
    return place + _(": ") + sentence if place else sentence


def draft_names(draft: SchemeDraft, language: str) -> dict[str, str]:
    """Id of a node or an entry -> name in a language, or in the first that has one."""
    entries = [
        entry
        for value in draft.data.values()
        if isinstance(value, list)
        for entry in value
        if isinstance(entry, Mapping) and "name" in entry
    ]
    return {**draft.names} | {
        entry["id"]: name
        for entry in entries
        if (name := str(entry["name"].get(language, "")).strip())
    }


def _draft_place(draft: SchemeDraft, path: str, language: str) -> str:
    """A path in a draft, as people read it."""
    _ = translator(language)
    parts, fields, number = part_words(_), _field_words(_), _("no. {number}")
    names = draft_names(draft, language)
    grades = {
        grade["id"]: _entry_name(grade, names, language)
        for table in draft.data.get("grades", {}).values()
        for grade in table
    }
    words: list[str] = []
    value: Any = draft.definition()
    before: str | int = ""
    for k, step in enumerate(steps_of(path)):
        value = _inside(value, step)
        if isinstance(step, int):
            if before in ("nodes", "indicators"):
                words.clear()  # the name says enough
            words.append(_entry_name(value, names, language) or number.format(number=step + 1))
        elif k == 0:
            words.append(parts[step])
        elif before in _IDS_BELOW:
            of = {"anchors": grades, "grades": {step: ""}}.get(str(before), names)
            words.append(of.get(step, step))
        else:
            words.append(fields[step][0] if step in fields else parts.get(step, step))
        before = step
    return " › ".join(filter(None, words))


def _inside(value: Any, step: str | int) -> Any:
    """What stands at a step of a path; None where it is missing."""
    if isinstance(value, Mapping):
        return value.get(step)
    found = isinstance(value, list) and isinstance(step, int) and step < len(value)
    return value[step] if found else None


def _entry_name(entry: Any, names: Mapping[str, str], language: str) -> str:
    """The name of an entry of a list, or of the node it is about; empty where it has none."""
    if not isinstance(entry, Mapping):
        return ""
    texts = entry.get("name")
    if texts is None:
        return names.get(str(entry.get("id")), "")
    return next(filter(str.strip, (texts.get(language, ""), *texts.values())), "")


def difference_words(old: Scheme, new: Scheme, difference: SchemeDifference, language: str) -> str:
    """What differs between two schemes, with the names of things."""
    _ = translator(language)
    name = _name_in(new, difference, language) or _name_in(old, difference, language)
    before, after = _only_different(difference.before, difference.after)
    sides = {
        "before": _value_words(old, difference, before, language),
        "after": _value_words(new, difference, after, language),
    }
    part, key = part_words(_), _label(difference, language)
    about = {"part": part.get(difference.part, ""), "name": name, "key": key, **sides}
    if difference.part == "indicators" and not difference.key:
        sentence = {
            "added": _("{name}, how it gets its points: {after}"),
            "removed": _("{name}: no rule of its own any more"),
        }[difference.kind]
    elif difference.kind != "changed":
        sentence = {
            "added": _("{part}: “{name}” is new"),
            "removed": _("{part}: “{name}” is gone"),
        }[difference.kind]
    elif difference.part == "weights":
        sentence = _("{name}: weight {before} → {after}")
    elif difference.key == "name" and difference.entry:
        sentence = _("{part}: “{before}” is now called “{after}”")
    elif difference.entry:
        sentence = _("{name}, {key}: {before} → {after}")
    elif difference.part == "scheme":
        sentence = _("{key}: {before} → {after}")
    else:
        sentence = _("{part}, {key}: {before} → {after}")
    return sentence.format(**about)


def _name_in(scheme: Scheme, difference: SchemeDifference, language: str) -> str:
    """The name of what differs, in one of both schemes; empty where that doesn't have it."""
    part, entry = difference.part, difference.entry
    if part == "grades":
        return entry
    if part in ("bands", "groups", "duties"):
        names = {one.id: scheme.text(one.name, language) for one in getattr(scheme, part)}
        return names.get(entry, "")
    return names_of(scheme, language).get(entry, "")


def _label(difference: SchemeDifference, language: str) -> str:
    """What a key that differs is called."""
    _ = translator(language)
    if difference.part == "scheme":
        return part_words(_)[difference.key]
    if difference.part == "grades":
        return _entry_name(difference.after or difference.before, {}, language)
    return _entry_label(_field_words(_), difference.part, difference.key)


def _entry_label(words: Mapping[str, tuple[str, str]], part: str, key: str) -> str:
    """What a key of a part is called; itself where it is a name that people chose."""
    return (words.get(f"{part}.{key}") or words.get(key) or (key, ""))[0]


def _is_text(value: Any) -> bool:
    """Whether a value is a text in several languages."""
    return isinstance(value, Mapping) and all(isinstance(text, str) for text in value.values())


def _only_different(before: Any, after: Any) -> tuple[Any, Any]:
    """Two tables without what they have in common; other values as they are."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)) or _is_text(before):
        return before, after
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    sides = ({key: one[key] for key in keys if key in one} for one in (before, after))
    return next(sides), next(sides)


def _value_words(scheme: Scheme, difference: SchemeDifference, value: Any, language: str) -> str:
    """A value of a scheme file, as people read it."""
    _ = translator(language)
    if difference.part == "indicators" and difference.key in ("", "rule"):
        indicator = scheme.indicator.get(difference.entry)
        return "" if value is None or indicator is None else rule_words(scheme, indicator, language)
    choices, labels = _choice_words(_, language), _field_words(_)
    names = {**bands_of(scheme, language), **names_of(scheme, language)}

    def words(one: Any, key: str) -> str:
        if one in (None, "", [], {}):
            return _("(empty)")
        if isinstance(one, bool):
            return _("yes") if one else _("no")
        if isinstance(one, int | float):
            return f"{one:.12g}"
        if isinstance(one, str):
            return choices.get(key, {}).get(one) or names.get(one, one)
        if isinstance(one, list):
            return _(", ").join(words(entry, key) for entry in one)
        return scheme.text(one, language) if _is_text(one) else of_table(one)

    def of_table(table: Mapping[str, Any]) -> str:
        parts = (
            f"{_entry_label(labels, difference.part, key)} {words(one, key)}"
            for key, one in table.items()
            if key != "id"
        )
        return _(", ").join(parts)

    return words(value, difference.key)


def tried_words(scheme: Scheme, tried: TriedValue, language: str) -> tuple[str, ...]:
    """How a value that is tried comes to its points: the rule or the step, the line of the
    waterfall, the clause.
    """
    _ = translator(language)
    indicator = scheme.indicator[tried.indicator]
    rule = indicator.rule.rule if isinstance(indicator.rule, Derived) else indicator.rule
    words = []
    if isinstance(indicator.rule, Derived):
        value = "" if tried.points is None else f" = {tried.value:.12g}"
        words.append(f"{indicator.rule.formula}{value}")
    if isinstance(rule, Stepwise) and tried.step is not None:
        words.append(tuple(step_sentences(rule, _))[tried.step])
    elif not words:
        words.append(rule_words(scheme, indicator, language))
    words += [line_words(scheme, line, language) for line in tried.lines]
    if tried.clause:
        words.append(_("Clause {clause} of the rules").format(clause=tried.clause))
    return tuple(words)


def file_weights_words(origin: Mapping[str, Any], language: str) -> str:
    """Where weights from a file come from, by `ahp.evaluation.file_weights.FileWeights.origin`."""
    _ = translator(language)
    sentences = {
        "table": _("a table, SHA-256 {hash}"),
        "evidence": _("round {round}, evidence with SHA-256 {hash}"),
        "study": _("round {round} of “{title}”, closed by the event with hash {hash}"),
    }
    return sentences[origin["source"]].format(**origin)


def source_words(source: WeightsSource, language: str) -> str:
    """Where the weights of a scheme come from."""
    _ = translator(language)
    if source.kind == "scheme":
        return _("the weights stated in the scheme")
    if source.kind == "given":
        return _("weights given by hand")
    sentence = _("“{title}”, round {round}, {experts} of {invited} experts, SHA-256 {hash}")
    if not source.asked:
        sentence = _("“{title}”, round {round}, {experts} experts, SHA-256 {hash}")
    return sentence.format(
        title=source.title,
        round=source.round,
        experts=source.counted,
        invited=source.asked,
        hash=source.evidence,
    )
