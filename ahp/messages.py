"""What errors say: every code with its English sentence, and how parameters stand in it.

`ahp.i18n.errors` says the same in other languages. A sentence is a format string; besides numbers
and texts, its parameters can be

- a tuple: its elements, joined by commas;
- a `Phrase` or an error: said in the language of the sentence around it;
- a `Cell` of an array.

`{name!r}` puts quotation marks around a text, or around each text of a tuple.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


def _(text: str) -> str:
    """Marks a sentence for the catalogs; the English one stays as it is."""
    return text


# One section a room; codes in the order of the alphabet.

_NUMERIC = {
    "above_to": _("a number above {low}, to {high}"),
    "all_abstained": _(
        "{cell}: every expert of weight above 0 abstained, expected the weights of one or more"
    ),
    "all_judged": _("all {count} pairs are judged, expected one that is not"),
    "all_weights_given": _("all weights of the hierarchy are given: nothing varies"),
    "all_zero": _("{name} are all 0, expected a positive one"),
    "all_zero_given": _("{name} are all 0, expected one above"),
    "alternatives": _("alternatives"),
    "are_matrices": _(
        "{name} of shape {shape} are pairwise comparison matrices, expected {expected}"
    ),
    "at_matrix": _("{cell}: {problem}"),
    "axis_missing": _("{name} of shape {shape}, expected an axis {axis}"),
    "basis": _("basis"),
    "basis_incomplete": _("basis without {ground!r}, expected all of [{grounds!r}]"),
    "basis_of": _("basis {ground!r}"),
    "between": _("a number between {low:g} and {high:g}"),
    "cell_refused": _("{cell} = {problem}"),
    "cell_unreadable": _(
        '{cell} = {value!r}, expected a positive number or a fraction such as "1/3"'
    ),
    "cell_value": _("{cell} = {value:.12g}, expected {expected}"),
    "chi_square": _("chi-square"),
    "ci": _("ci"),
    "compared_with_itself": _("({left!r}, {right!r}): an item cannot be compared with itself"),
    "completed_beyond": _("the missing {cell} completes to {value:.6g}, expected {expected}"),
    "completion_unsettled": _(
        "completion: {count} matrices not settled after {steps} Newton steps, last step "
        "{size:.3g} in the logarithms, expected {tolerance:g}"
    ),
    "components_left": _("the judged pairs leave {count} components, expected one"),
    "components_named": _(
        "the judged pairs leave {count} components, {components}, expected one; judging "
        "{left!r} against {right!r} joins two of them"
    ),
    "cr": _("cr"),
    "either": _("{one} or {other}"),
    "ellipsis": _("…"),
    "empty_matrix": _("shape {shape}, expected at least one item"),
    "expert_weights": _("expert weights"),
    "experts_apart": _(
        "experts {first} and {second} judged no pair in common, expected one or more: without "
        "it they have no distance"
    ),
    "experts_uneven": _("matrices of {parent!r} by {count} experts, expected {expected}"),
    "familiarity": _("familiarity"),
    "fill_judgments": _("ahp.complete_matrices fills them"),
    "finite": _("a finite number"),
    "finite_not_negative": _("a finite number of 0 or more"),
    "finite_or_abstained": _(
        "a finite number of 0 or more, or NaN for all items of an expert who abstained"
    ),
    "finite_or_nan": _("a finite number, or NaN"),
    "footnote_mark": _(
        "{text!r} has the footnote mark {mark!r}, expected a positive number or a fraction such"
        ' as "1/3" without it'
    ),
    "fuzzy_unsettled": _("fuzzy preference: {count} matrices not settled after {steps} steps"),
    "given_below": _("weights are given below {parent!r}, expected a node with children"),
    "given_weights_below": _("the weights given below {parent!r}"),
    "global_weights": _("global weights"),
    "goal_alone": _("the goal {goal!r} has no children, expected two or more"),
    "grade_unknown": _("grades[{alternative}][{criterion}] = {grade!r}, expected one of {valid!r}"),
    "grades_count": _(
        "grades[{alternative}] = {grades}, expected {count} grades, one for each criterion"
    ),
    "greedy_stuck": _(
        "greedy repair: no single change lowers CR further after {changes} changes, CR "
        "{cr:.6g}, expected below {limit:g}"
    ),
    "grid": _("grid"),
    "group_of_items": _("({items!r})"),
    "group_weights": _("group weights"),
    "have_shape": _("{name} have shape {shape}, expected {expected}"),
    "incomplete_cr": _("ahp.check_incomplete_consistency has the CR without them"),
    "incomplete_index_none": _(
        "no random index by method {method!r} for n = {n} with {missing} missing pairs; "
        '"approximation" has one, simulate_incomplete_random_index makes one'
    ),
    "index_and_columns": _(
        "index [{index!r}] and columns [{columns!r}] of a DataFrame, expected the same names in"
        " the same order; pandas.read_csv(…, index_col=0) takes the names of the rows from the "
        "file"
    ),
    "index_of": _("the index of {name}"),
    "integer_from_to": _("an integer from {low} to {high}, or None"),
    "integer_or_more": _("an integer of {least} or more"),
    "intensities_of": _("intensities[{number}]"),
    "interval_of": _("intervals[{item!r}]"),
    "inverse_scale": _("1, other positive values, and with every value its inverse"),
    "is_single_matrix": _(
        "judgments of shape {shape} are a single pairwise comparison matrix, expected one an "
        "expert, (..., k, n, n), or one vector of judgments an expert, (..., k, p)"
    ),
    "judged_asymmetric": _("{cell} = {value}, {mirror} = {mirrored}, expected the same"),
    "judged_shape": _("judged has shape {shape} and type {type}, expected (n, n) and bool"),
    "judged_twice": _("({left!r}, {right!r}) is judged twice, expected each pair once"),
    "judgment_unreadable": _('{text!r}, expected a positive number or a fraction such as "1/3"'),
    "judgments": _("judgments"),
    "keys_differ": _("{kind} from {found}, expected {expected}"),
    "label_missing": _("{name}: no label {label!r}, expected {expected!r} as in {owner}"),
    "label_not_name": _("{cell} = {label!r}, expected a name"),
    "label_repeated": _("{cell} = {label!r}, expected names that differ"),
    "label_twice": _("{name}: label {label!r} twice, expected {expected!r} as in {owner}"),
    "label_unexpected": _("{name}: label {label!r}, expected {expected!r} as in {owner}"),
    "label_unknown": _("label {label!r}, expected one of {valid!r}"),
    "labels": _("labels"),
    "labels_count": _("{count} labels, expected {n}, one for each row"),
    "labels_of_one": _(
        "{name}: labels {labels!r}, {owner} without labels, expected both with labels or neither"
    ),
    "labels_of_some": _(
        "{labeled} with labels, {unlabeled} without, expected all with labels or none"
    ),
    "leading_axes": _("{shape} with leading axes that broadcast with {batch}"),
    "leaf_weights_zero": _("local weights of leaf {leaf} are all 0, expected a positive one"),
    "least_absolute_program": _("log least absolute values: the linear program: {message}"),
    "least_squares_unsettled": _(
        "least squares: no start settled within {steps} steps, expected steps of {tolerance:g} "
        "or less"
    ),
    "local_weights": _("local weights"),
    "local_weights_from_to": _("local weights from {low} to {high}"),
    "local_weights_of": _("local weights of {parent!r}"),
    "matrices": _("matrices"),
    "matrices_and_weights": _(
        "matrices of shape {shape} and group weights of shape {weights_shape}, expected leading"
        " axes that broadcast"
    ),
    "matrices_given": _("{name} = pairwise comparison matrices, expected numbers"),
    "matrix_a": _("a"),
    "matrix_missing": _("no matrix of {parent!r}"),
    "matrix_of": _("matrix of {parent!r}"),
    "matrix_refused": _("matrix of {parent!r}: {problem}"),
    "matrix_shape": _("matrix of {parent!r} has shape {shape}, expected {expected} with n = {n}"),
    "matrix_unexpected": _("matrix of {parent!r}, expected those of {valid!r}"),
    "measures": _("measures"),
    "missing_count": _(
        "n = {n!r}, missing = {missing!r}, expected n of 1 or more and 0 to (n-1)(n-2)/2 "
        "missing pairs: more leave no connected comparison graph"
    ),
    "missing_none": _("missing = 0, expected 1 or more; simulate_random_index has none missing"),
    "name_or_more": _("a name or more"),
    "names": _("names"),
    "names_differ": _("names [{names!r}], expected {count} that differ"),
    "nested_unevenly": _("lists that are nested unevenly, expected square matrices (..., n, n)"),
    "no_common_pair": _(
        "{cell} have no pair in common with any other expert's, expected one or more"
    ),
    "no_experts": _("matrices of {parent!r} by {count} experts, expected 1 or more"),
    "no_experts_agree": _(
        "{cell}: no two experts agree at all, so the weights are 0/0; expected a distance below"
        " 2 ln M between some"
    ),
    "no_local_weights": _("no local weights for {parent!r}"),
    "no_matrix": _("shape {shape}, expected square matrices (..., n, n)"),
    "no_option": _("option {option!r}, but {method!r} takes none"),
    "no_scores": _("no scores, expected those of one alternative or more"),
    "no_siblings": _("siblings of {node!r} have weight 0, expected a share to vary"),
    "no_table": _("none"),
    "node_weights": _("node weights"),
    "node_without_weight": _("node {node!r} has no local weight, expected one of {valid!r}"),
    "not_a_square": _("shape {shape}, expected one square matrix"),
    "not_below_goal": _("{node!r} is not below the goal {goal!r} (a cycle, or a lost branch)"),
    "not_judged": _(
        "{cell} is not judged, expected a complete matrix; judgments missing: {count}; {instead}"
    ),
    "not_judged_once": _(
        "{cell} is not judged but {mirror} = {value:.12g}, expected both cells of a pair or neither"
    ),
    "not_numbers": _("{name} = {values}, expected numbers"),
    "not_one_matrix": _("shape {shape}, expected one matrix (n, n), not a batch"),
    "not_reciprocal": _("{cell} * {mirror} = {product:.12g}, expected 1"),
    "not_reciprocal_rounded": _(
        '{cell} * {mirror} = {product:.12g}, expected 1; write "1/{whole:.0f}" instead of '
        "{decimal:.12g}"
    ),
    "nothing_varies": _(
        "bootstrap = False and perturbation = None: nothing varies, expected one of them"
    ),
    "number_from_to": _("a number from {low} to {high}"),
    "number_from_to_below": _("a number from {low} to below {high}"),
    "number_from_to_or_nan": _("a number from {low} to {high}, or NaN"),
    "number_up_to_for": _("a number from 0 to {most:g} for {option!r}"),
    "numbers_expected": _("{name} {values}, expected {expected}"),
    "numbers_not_all_zero": _("finite numbers of 0 or more, not all 0"),
    "numbers_not_negative": _("finite numbers of 0 or more"),
    "numbers_positive": _("positive finite numbers"),
    "of_each_expert": _("{expected} of each expert"),
    "of_shape": _("{name} of shape {shape}, expected {expected}"),
    "off_grid": _(
        "{cell} = {value:.12g}, expected one of the 17 positions from 1/9 to 9 for 'grid'; "
        "'lognormal' takes any judgment"
    ),
    "off_scale": _(
        "{cell} = {value:.12g}, expected {expected}: scale {scale!r} has no value for it"
    ),
    "one_of_local_and_matrices": _("expected one of local and matrices, not both or none"),
    "one_on_diagonal": _("1 on the diagonal"),
    "one_positive": _("one positive, finite number"),
    "one_vector_an_expert": _("one vector an expert, such as ahp.weights makes of the matrices"),
    "option": _("option"),
    "option_refused": _("{option} = {value}, expected {expected}"),
    "option_unknown": _("{option} = {value!r}, expected one of {valid!r}"),
    "or_more": _("{least} or more"),
    "order_of_pairs": _(
        "order has {count} pairs, {different} different ones, expected each of the {pairs} "
        "pairs once"
    ),
    "pair_of_items": _(
        "{cell} = ({left!r}, {right!r}), expected two different items from 0 to {last}"
    ),
    "pair_of_labels": _("{pair}, expected a pair of labels (left, right)"),
    "panel": _("panel"),
    "panels_apart": _(
        "the judgments of {redrawn} panels drawn do not connect all items, expected {most} at "
        "most for {draws} draws; bootstrap = False varies the judgments alone"
    ),
    "parents_differ": _(
        "node weights of shape {shape} for similarities of shape {other_shape}, expected the "
        "same number of parents in both"
    ),
    "perron_unsettled": _(
        "Perron root: {count} matrices not settled after {steps} inverse iterations, relative "
        "width of the bounds {width:.3g}, expected {tolerance:g}"
    ),
    "position": _("position"),
    "positive_comma_finite": _("a positive, finite number"),
    "positive_finite": _("a positive finite number"),
    "positive_for_mean": _("a positive number for a geometric mean"),
    "positive_for_product": _("{cell} = 0, expected a positive number for a product"),
    "random_index_beyond": _("no table has a random index for n = {n}, expected at most {most}"),
    "random_index_missing": _(
        "random_index {table!r} has no value for n = {n} (its largest is {largest}); tables "
        "with n = {n}: {tables}"
    ),
    "ranking_of_items": _("ranking = {ranking}, expected each of the items 0 to {last} once"),
    "rankings_few": _(
        "{experts} complete rankings of {items} items, expected two or more of two or more"
    ),
    "ratios": _("ratios (..., k), such as ahp.check_consistency(matrices).cr"),
    "read_as_matrices": _(
        "judgments of shape {shape} are read as matrices, one an expert: {problem}"
    ),
    "real_number": _("{cell} = {value}, expected a real number"),
    "repair_steps": _(
        "exponent = {exponent:g}: CR {cr:.6g} after {steps} steps, expected below {limit:g}"
    ),
    "ri": _("ri"),
    "rows_uneven": _("rows of lengths {lengths}, expected {n} in each row"),
    "scale_first_step": _("scale {scale!r}: {table}, expected 1: 1 as its first step"),
    "scale_function": _("scale {scale!r} is defined by a function, expected a table"),
    "scale_named": _("scale {scale!r}"),
    "scale_step": _(
        "scale {scale!r}: {step:.12g}: {value:.12g}, expected a finite step and a finite value "
        "of {below:.12g}, that of the step below, or more"
    ),
    "scores": _("scores"),
    "scores_of": _("scores of {name!r}"),
    "scores_shape": _("{name} have shape {shape}, expected ({count},), one for each leaf"),
    "shape_expected": _("shape {shape}, expected {expected}"),
    "shapes_of_authority": _(
        "basis of shape {shape} and familiarity of shape {other_shape}, expected shapes that "
        "broadcast"
    ),
    "similarities": _("similarities"),
    "similarity": _("similarity"),
    "single_child": _("{parent!r} has the single child {child!r}, expected two or more to compare"),
    "singular_value_decomposition": _("singular value decomposition"),
    "singular_values_near": _(
        "singular value decomposition: the two largest singular values are {gap:.3g} apart "
        "(relatively), expected {least:g} or more"
    ),
    "spread_unused": _("spread = {spread!r} of no perturbation, expected None"),
    "step_from_to": _("a number from 1/{largest} to {largest}"),
    "steps_or_reciprocal": _("one of {steps:.12g} or a reciprocal"),
    "sum_not_one": _("local weights of {parent!r} have the sum {total:.12g}, expected 1"),
    "the_basis": _("the basis"),
    "the_leaves": _("the leaves"),
    "the_local_weights": _("the local weights"),
    "the_matrices": _("the matrices"),
    "the_matrix": _("the matrix"),
    "the_node_weights": _("the node weights"),
    "the_parents": _("the parents"),
    "the_scores": _("the scores"),
    "the_tree": _("the tree"),
    "twice_in_tree": _("{node!r} stands in the tree twice, expected once"),
    "unsettled": _(
        "{method}: {count} matrices not settled after {steps} steps, last step {size:.3g}, "
        "expected {tolerance:.3g} or less"
    ),
    "upper_count": _(
        "{count} judgments, expected n(n-1)/2 of them: 1, 3, 6, 10, 15, 21, 28, 36, …"
    ),
    "value_expected": _("{name} = {value}, expected {expected}"),
    "values": _("values"),
    "values_of_type": _("values of type {type}, expected numbers"),
    "weight_lost": _(
        "w[{item}] = exp({exponent:.6g}) times the largest weight, expected judgments that "
        "leave every weight above 0"
    ),
    "weights": _("weights"),
    "weights_do_not_fit": _(
        "{name} of shape {shape} for global weights of shape {weights_shape}, expected (..., m,"
        " leaves) for (..., leaves)"
    ),
    "weights_of_experts": _(
        "weights (..., k, n), one vector an expert, such as ahp.weights makes of the matrices"
    ),
    "weights_of_panel": _("the panel's weights (..., n)"),
    "whole_number_at_least": _("a whole number of at least {least}"),
    "with_alternatives": _("(m, leaves) with 2 alternatives or more"),
    "with_expert": _("{shape} with an expert or more"),
    "with_item": _("(..., n) with n of 1 or more"),
    "with_item_of_expert": _("{shape} with an expert and an item or more"),
    "with_pair_of_expert": _("{shape} with an expert and a pair or more"),
    "with_two_items": _("(..., k, n) with two items or more"),
}

_PUBLISHED = {
    "a_name": _("a name"),
    "a_relation": _("a relation"),
    "above_zero": _("a number above 0"),
    "an_operator": _("an operator, a relation"),
    "at_place": _("{place}: {problem}"),
    "both_blank": _("{cell} and {mirror} are blank, expected one of them"),
    "candidates_cells": _("{place}: {count} cells, expected {expected}"),
    "candidates_columns": _("line 1: {columns!r}, expected {expected}"),
    "candidates_compare": _("{place}: compares {count}, expected {expected} as of {parent}"),
    "candidates_none": _("{place}: names no candidates, expected a stored reconstruction"),
    "candidates_parent": _("{place}: parent {parent!r}, expected one of {valid}"),
    "claim_division": _("column {column}: division by zero"),
    "claim_function": _("column {column}: function {function!r}, expected one of {valid}"),
    "claim_long": _("column {column}: more than {most} words and signs"),
    "claim_nested": _("column {column}: nested deeper than {most}"),
    "claim_quotation": _("column {column}: a quotation mark without its partner"),
    "claim_unexpected": _("column {column}: {found!r}, expected {expected}"),
    "csv_unreadable": _("{place}: {message}"),
    "diagonal_not_one": _("{cell} = {text!r}, expected 1 on the diagonal"),
    "fully_printed": _("{place}: every matrix is printed, nothing to reconstruct"),
    "index_once": _("each index 0 to {last} once at most"),
    "intermediate_decimals": _("intermediate rounding needs the decimals of the steps"),
    "intermediate_method": _("method of intermediate rounding"),
    "item_and_ends": _("the index of an item, and its lowest and highest weight"),
    "many_readings": _(
        "{cells} cells of one digit can each be several steps of the scale, which makes {count}"
        ' readings, expected {most} or fewer: write "1/8" instead of 0.1'
    ),
    "not_reciprocal_printed": _(
        "{cell} = {text!r} beside {mirror} = {mirrored!r}, expected reciprocals: {reciprocal} "
        "is not printed as {small}"
    ),
    "numbers_count": _("{low} to {high} numbers"),
    "one_of_signs": _("one of {signs}"),
    "printed_number": _('printed number {text!r}, expected text such as "0.1540" or "15.4%"'),
    "rows_no_triangle": _("rows of lengths {lengths}, expected {n} in each row, or a triangle's"),
    "scale_long": _("scale has {count} values, expected {most} at most"),
    "search_incomplete": _("{parent}: the search was not complete ({note}), nothing to store"),
    "the_end": _("the end"),
    "value_long": _("{place}: a value of more than {most} lines"),
    "whole_number": _("a whole number, 0 or more"),
}

_STUDY = {
    "answers_columns": _(
        "{place}: the columns are {columns}; a long CSV has the columns {expected}. If this is a "
        "file of another program or platform, choose its format above."
    ),
    "authority_incomplete": _(
        "The authority coefficient needs both what the expert judges from and how familiar they "
        "are: please choose all of it, or nothing."
    ),
    "experts_excluded": _(
        "too few are left below {parent!r} once experts whose CR reaches the limit are excluded "
        "({listed}); expected incoherent = 'downweight' or 'include', or a larger cr_limit"
    ),
    "recusal_reason": _("Please give a reason for every recusal."),
    "text_too_long": _(
        "{what} has {length} characters, at most {limit} can be stored. Nothing was saved; please "
        "shorten it."
    ),
    "the_comment": _("The comment"),
    "the_consent": _("The consent"),
    "the_contradictions": _("The list of contradictions"),
    "the_name": _("The name"),
    "the_note": _("The note"),
    "the_organization": _("The organization"),
    "the_place": _("The place in the file"),
    "the_reason": _("The reason"),
    "the_source": _("The source"),
    "the_survey": _("The survey"),
    "the_title": _("The title"),
    "the_value": _("The value"),
    "weight_reason": _("A weight of {weight:g} needs a reason; please write it down."),
}

_FILES = {
    "list_no_name": _("{place}: there is no name."),
    "list_twice": _("{place}: “{name}” stands in the list twice."),
    "list_weight": _("{place}: the weight “{weight}” isn't a number of 0 or more."),
    "list_weight_reason": _(
        "{place}: the weight {weight} of “{name}” needs a reason; please write it down."
    ),
}

_STORE = {
    "answers_submitted": _("“{name}” has submitted, the answers are locked."),
    "link_closed": _(
        "This round is closed, nothing more can be answered. Thank you for taking part. "
        "Should the organizer open another round, this link works again."
    ),
    "link_revoked": _(
        "This link is no longer valid. Please use the newest link you were sent, "
        "or ask the organizer for a new one."
    ),
    "link_unknown": _(
        "This link is not known. Please check that it was copied completely, "
        "or ask the organizer for a new one."
    ),
    "name_not_a_line": _("Please write a name, in one line."),
    "name_taken": _("This study has an expert “{name}” already."),
    "note_not_a_line": _("Please write the note in one line."),
    "organization_not_a_line": _("Please write the organization in one line."),
    "recused_everywhere": _(
        "{name} would be recused from every comparison; please revoke the link instead."
    ),
    "round_closed": _("Round {round} of “{title}” is closed."),
    "round_is_another": _("Round {round} of “{title}” is closed, round {open} is open."),
    "title_not_a_line": _("Please write a title, in one line."),
}

_APP = {
    "streamlit_changed": _(
        "Streamlit {version} works differently from the versions this program was made for "
        "({missing}). Install the versions in constraints.txt."
    ),
    "streamlit_dialogs": _("the setting that keeps its own dialogs away"),
    "streamlit_downloads": _("the address of downloads"),
    "streamlit_store": _("its store of uploads"),
    "streamlit_uploads": _("the address of uploads"),
}

_CLI = {
    "app_missing": _('this command needs the app: pip install "ahp-evidence[app]"'),
    "argument_choice": _("invalid choice: {value} (choose from {choices})"),
    "argument_no_number": _("invalid float value: {value}"),
    "argument_no_whole_number": _("invalid int value: {value}"),
    "argument_one": _("expected one argument"),
    "argument_problem": _("argument {name}: {problem}"),
    "arguments_missing": _("the following arguments are required: {names}"),
    "arguments_unknown": _("unrecognized arguments: {given}"),
    "candidates_unnamed": _("{place}: names no candidates, expected a file to write"),
    "expert_weight_twice": _("{name!r} has two weights, expected one"),
    "expert_weight_unreadable": _("{text!r}, expected NAME=WEIGHT such as E1=0.2"),
    "option_ambiguous": _("ambiguous option: {option} could match {matches}"),
    "option_missing": _("{option} is missing, expected with {read} to {written}: {reason}"),
    "option_takes_nothing": _("ignored explicit argument {value}"),
    "option_useless": _("{option} {given}, expected none with {read} to {written}"),
    "port_out_of_range": _("{text!r}, expected a port from 1 to 65535"),
    "reason_language": _("a survey file tells the language of its names"),
    "reason_no_survey": _("answers files have no survey"),
    "reason_sign": _("ahpsurvey tables have a sign convention"),
    "system_is_folder": _("Is a directory"),
    "system_is_no_folder": _("Not a directory"),
    "system_no_file": _("No such file or directory"),
    "system_no_permission": _("Permission denied"),
    "system_refuses": _("[Errno {number}] {reason}: {file!r}"),
}

MESSAGES: Mapping[str, str] = MappingProxyType(
    {**_NUMERIC, **_PUBLISHED, **_STUDY, **_FILES, **_STORE, **_APP, **_CLI}
)
"""Code -> English sentence."""


class Phrase:
    """A part of a sentence that is said in the language of the sentence.

    Args:
        code: key of `MESSAGES`.
        parameters: what stands in it.
    """

    def __init__(self, code: str, /, **parameters: Any) -> None:
        self.code, self.parameters = code, MappingProxyType(parameters)

    def __str__(self) -> str:
        return ENGLISH.sentence(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _phrase, (self.code, dict(self.parameters))


def _phrase(code: str, parameters: Mapping[str, Any]) -> Phrase:
    return Phrase(code, **parameters)


@dataclass(frozen=True)
class Cell:
    """A cell of an array.

    Attributes:
        name: of the array, as the caller knows it, or in words.
        index: one number an axis, from 0; none for a single number.

    >>> str(Cell("a", (0, 1)))
    'a[0, 1]'
    """

    name: str | Phrase
    index: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}[{', '.join(map(str, self.index))}]" if self.index else str(self.name)


def _speaks(value: Any) -> bool:
    """Whether something is a `Phrase` or an error."""
    return hasattr(value, "code") and hasattr(value, "parameters")


class Wording(string.Formatter):
    """How a language puts parameters into sentences; this one is English."""

    comma = ", "

    def template(self, code: str) -> str:
        """The sentence of a code, before its parameters stand in it."""
        return MESSAGES[code]

    def sentence(self, message: Any) -> str:
        """What a `Phrase` or an error says."""
        if message.code not in MESSAGES:  # TRANSITION
            return str(message.code)
        return self.vformat(self.template(message.code), (), message.parameters)

    def quoted(self, text: str) -> str:
        """A text in quotation marks."""
        return repr(text)

    def cell(self, cell: Cell) -> str:
        """A cell of an array."""
        return str(cell)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        """A parameter, or each element of a tuple, with its quotation marks."""
        if isinstance(value, tuple):
            return tuple(self.convert_field(element, conversion) for element in value)
        if isinstance(value, Cell) or _speaks(value):
            return value
        if conversion == "r":
            return self.quoted(value) if isinstance(value, str) else repr(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """A parameter as text."""
        if isinstance(value, tuple):
            return self.comma.join(self.format_field(element, format_spec) for element in value)
        if isinstance(value, Cell):
            return self.cell(value)
        if _speaks(value):
            return self.sentence(value)
        text = super().format_field(value, format_spec)
        return str(text)


ENGLISH = Wording()
