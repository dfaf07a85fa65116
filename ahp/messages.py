"""What errors, warnings and results say: every code with its English sentence, and how parameters
stand in it.

`ahp.i18n.errors` says the same in other languages. A sentence is a format string; besides numbers
and texts, its parameters can be

- a tuple: its elements, joined by commas;
- a `Message`, such as a `Phrase` or an error: said in the language of the sentence around it;
- a `Cell` of an array.

`{name!r}` puts quotation marks around a text, or around each text of a tuple; `{name:;}` joins the
elements of a tuple by semicolons, `{name:n}` puts each on a line of its own.
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
    "integer_within": _("an integer from {low} to {high}"),
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
    "judgment_percent": _(
        "{text!r} is a percentage, expected how many times as important, a positive number or a "
        'fraction such as "1/3"'
    ),
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
    "certainty_of_another": _(
        "the simulated weights are not those of this result: they differ by up to {gap:.3g}, or "
        "are of other indicators"
    ),
    "sentence_unknown": _("no sentence {key!r} is drafted of this study, expected one of {valid}"),
    "round_of_another": _(
        "an earlier round of {title!r} asked another survey, expected the same one"
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
    "cr_absent": _(
        "CR is not available for {n} items: random_index {table!r} has no value for them; tables "
        "that have one: {tables}"
    ),
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
    "the_experts": _("experts"),
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
    "as_typed": _("{text} as typed"),
    "blank_half": _("blank cells read as the reciprocals of the other half"),
    "both_blank": _("{cell} and {mirror} are blank, expected one of them"),
    "candidates_cells": _("{place}: {count} cells, expected {expected}"),
    "candidates_columns": _("line 1: {columns!r}, expected {expected}"),
    "candidates_compare": _("{place}: compares {count}, expected {expected} as of {parent}"),
    "candidates_none": _("{place}: names no candidates, expected a stored reconstruction"),
    "candidates_parent": _("{place}: parent {parent!r}, expected one of {valid}"),
    "check_differs": _(
        "{inside}: printed {printed}, computed {computed} (difference {difference})"
    ),
    "check_explained": _("{check}: {why:;}"),
    "check_place": _("{inside}"),
    "check_printed": _("{inside}: printed {printed}"),
    "ci_is": _("is {formula}, not (λ − n)/(n − 1)"),
    "claim_division": _("column {column}: division by zero"),
    "claim_function": _("column {column}: function {function!r}, expected one of {valid}"),
    "claim_long": _("column {column}: more than {most} words and signs"),
    "claim_nested": _("column {column}: nested deeper than {most}"),
    "claim_quotation": _("column {column}: a quotation mark without its partner"),
    "claim_unexpected": _("column {column}: {found!r}, expected {expected}"),
    "computed_from_printed": _("was computed from the printed {name} {text}"),
    "contradiction": _(
        "the numbers of {parent!r} contradict each other: {count} of {all} are reproduced together"
    ),
    "contradiction_global": _(
        "the global numbers contradict each other: {count} of {all} are reproduced together"
    ),
    "cr_in_percent": _("{words}, in percent"),
    "cr_of_order": _("is CI/RI with RI {ri:g} ({table}) of order {order}, not {n}"),
    "cr_of_table": _("is CI/RI with RI {ri:g} ({table})"),
    "csv_unreadable": _("{place}: {message}"),
    "diagonal_not_one": _("{cell} = {text!r}, expected 1 on the diagonal"),
    "division_by_zero": _("cannot be computed: division by 0"),
    "does_not_hold": _("does not hold"),
    "erratum_about": _("the erratum is about {printed}"),
    "erratum_false": _("the erratum is false: {correct} is not what is computed"),
    "erratum_stale": _("the erratum is stale: the printed number is right"),
    "follows_from_ci": _("follows from CI = {formula}, not (λ − n)/(n − 1)"),
    "follows_from_root": _("follows from {root}, not {declared}"),
    "formula_of_printed": _("{formula} of the printed λ {printed}"),
    "from_cut_cells": _("comes from cells cut off to {decimals} decimals before use"),
    "from_other_judgment": _("comes from {judgment} in place of {was} for {left} against {right}"),
    "from_printed_rounded_weights": _("comes from the printed, rounded weights"),
    "from_printed_weights": _("comes from the printed weights"),
    "from_rounded_cells": _("comes from cells rounded to {decimals} decimals before use"),
    "from_rounded_root": _("comes from λ rounded to {decimals} decimals"),
    "from_rounded_steps": _("comes from rounding each step to {decimals} decimals"),
    "from_transposed": _("comes from the transposed matrix, rows and columns exchanged"),
    "from_typed_cells": _("comes from the cells as typed, not from what they stand for"),
    "fully_printed": _("{place}: every matrix is printed, nothing to reconstruct"),
    "if_it": _("{slip}, if it {words}"),
    "index_once": _("each index 0 to {last} once at most"),
    "intermediate_decimals": _("intermediate rounding needs the decimals of the steps"),
    "intermediate_method": _("method of intermediate rounding"),
    "is_ci": _("is the CI, not the CR"),
    "is_cr": _("is the CR, not the CI"),
    "is_exchanged": _("is that of {owner}: {one} and {other} are exchanged"),
    "is_in_other_order": _("is that of {owner}: the weights stand in another order"),
    "is_in_percent": _("is the {name} in percent"),
    "is_misprinted": _("is {right} with one digit misprinted"),
    "is_other_weight": _("is the {method} weight, not the {declared} one"),
    "is_root": _("is {root}, not {declared}"),
    "is_row_mean": _("is the geometric mean of the row, not divided by their sum"),
    "is_swapped": _("has two digits of {right} swapped"),
    "is_that_of": _("is that of {owner}: the two are exchanged"),
    "is_times": _("is {factor:g} times the computed number"),
    "is_unrounded_weight": _("is the {method} weight, not rounded on the way"),
    "is_weight_by_largest": _("is the weight divided by the largest"),
    "is_weight_by_length": _("is the weight divided by the length of the vector"),
    "is_weight_by_smallest": _("is the weight divided by the smallest"),
    "is_weight_in_percent": _("is the weight in percent"),
    "is_weight_times": _("is the weight times {n}: the weights sum to {n}, not to 1"),
    "item_and_ends": _("the index of an item, and its lowest and highest weight"),
    "many_readings": _(
        "{cells} cells of one digit can each be several steps of the scale, which makes "
        '{count} readings, expected {most} or fewer: write "1/8" instead of 0.1'
    ),
    "method_chi_square": _("chi_square"),
    "method_column_mean": _("column_mean"),
    "method_cosine": _("cosine"),
    "method_eigenvector": _("eigenvector"),
    "method_fuzzy_preference": _("fuzzy_preference"),
    "method_geometric_mean": _("geometric_mean"),
    "method_harmonic": _("harmonic"),
    "method_least_squares": _("least_squares"),
    "method_log_goal_programming": _("log_goal_programming"),
    "method_log_least_absolute": _("log_least_absolute"),
    "method_row_sum": _("row_sum"),
    "method_svd": _("svd"),
    "method_weighted_least_squares": _("weighted_least_squares"),
    "nearest_if": _("nearest: {value}, if it {words}"),
    "nearest_item_unfit": _("item {item}: no weight is as printed and in its interval"),
    "nearest_none": _(
        "no matrix on the scale with CR < {limit:g} gives these digits by {methods} ({roundings})"
    ),
    "nearest_order": _("matrices give these digits, but none in the printed order"),
    "nearest_ranking": _(
        "item {above} is ranked above item {below}, but its weight is at most {most:.6g}, that "
        "of item {below} at least {least:.6g}"
    ),
    "nearest_sum": _("the printed weights sum to {total}, expected 1"),
    "nearest_sum_least": _(
        "the weights sum to at least {total:.6g} by print and intervals, expected 1"
    ),
    "nearest_sum_most": _(
        "the weights sum to at most {total:.6g} by print and intervals, expected 1"
    ),
    "no_usual_slip": _("no usual slip gives it"),
    "not_reciprocal_printed": _(
        "{cell} = {text!r} beside {mirror} = {mirrored!r}, expected reciprocals: {reciprocal} "
        "is not printed as {small}"
    ),
    "nothing_to_check": _("nothing to check"),
    "numbers_count": _("{low} to {high} numbers"),
    "one_of_signs": _("one of {signs}"),
    "percent_alone": _("is in percent"),
    "printed_is": _("printed {text} {words}"),
    "printed_name_is": _("printed {name} {text} {words}"),
    "printed_number": _('printed number {text!r}, expected text such as "0.1540" or "15.4%"'),
    "printed_weight_is": _("printed weight {text} {words}"),
    "read_as": _("{text} read as {value}"),
    "read_beside": _("{text} beside {other} read as {value}"),
    "read_by_expert": _("expert {number}: {remark}"),
    "read_in_ways": _("{read} (of {count} ways to read the print)"),
    "read_unrounded": _(
        "read as judgments that round to the printed ones and give the printed numbers"
    ),
    "remark_at": _("{inside}: {remark}"),
    "root_by_mean": _("the mean of (Aw)/w with {method} weights"),
    "root_mean_of": _("the {method} λ (mean of (Aw)/w)"),
    "root_perron": _("the Perron root"),
    "root_sum_of": _("the {method} λ (sum of Aw)"),
    "rounding_half_up": _("half_up"),
    "rounding_intermediate": _("intermediate"),
    "rounding_truncate": _("truncate"),
    "rows_no_triangle": _("rows of lengths {lengths}, expected {n} in each row, or a triangle's"),
    "scale_long": _("scale has {count} values, expected {most} at most"),
    "search_incomplete": _("{parent}: the search was not complete ({note}), nothing to store"),
    "searched_all": _("all matrices on the scale"),
    "searched_near": _("judgments up to {distance} positions beyond the ratios of the weights"),
    "searched_stored": _("stored candidates"),
    "searched_until": _("stopped at {count} candidates ({method})"),
    "several_remarks": _("{each:;}"),
    "several_words": _("{each}"),
    "the_end": _("the end"),
    "value_long": _("{place}: a value of more than {most} lines"),
    "was_cut_off": _("was cut off, not rounded"),
    "was_forced": _("was forced so that the weights sum to 1"),
    "was_rounded": _("was rounded, not cut off"),
    "whole_number": _("a whole number, 0 or more"),
}

_EVALUATION = {
    "as_many_as_scores_before": _("as many as the scores before, of shape {shape}"),
    "bands": _("bands"),
    "bands_fall": _("bands = {bands}, expected rising numbers"),
    "direction_unknown": _("{cell} = {value!r}, expected 1, -1 or a Target"),
    "directions": _("directions"),
    "directions_count": _("directions of {count} indicators, expected {expected}"),
    "game_share_negative": _(
        "game theory: {cell} = {value:.6g}, expected 0 or more; these weight vectors have no "
        "combination by game theory"
    ),
    "game_without_solution": _(
        "game theory: one of the weight vectors is a mixture of others, which leaves no solution; "
        "expected vectors that are independent, or equal"
    ),
    "goalposts_turned": _(
        "{cell} = {low:.12g} with an upper goalpost of {high:.12g}, expected one above it"
    ),
    "grade_scores": _("grade scores"),
    "grade_scores_missing": _(
        "no grade scores, expected one for each grade; how = 'maximum' needs none"
    ),
    "indicators_together": _(
        "{cell}: all indicators rise and fall together, expected two that differ in what they "
        "say of the units"
    ),
    "item_points": _("points of the items"),
    "lower_goalposts": _("lower goalposts"),
    "matrix": _("matrix"),
    "membership": _("membership"),
    "nothing_applies": _("{cell}: no item with points applies, expected one or more"),
    "number_unreadable": _(
        "{value!r}, expected a finite number up to 1e100 with 400 decimals at most"
    ),
    "one_a_grade": _("({count},), one for each grade"),
    "one_a_row_of_thresholds": _("(..., {count}), one for each row of thresholds"),
    "one_a_unit": _("({count},), one for each unit"),
    "one_a_vector": _("({count},), one for each vector"),
    "one_an_indicator": _("(..., {count}), one for each indicator"),
    "one_an_indicator_alone": _("({count},), one for each indicator"),
    "one_an_indicator_or_for_all": _("one for each indicator, or one for all"),
    "one_an_item": _("(..., {count}), one for each item"),
    "one_table_of_units": _("one table, (units, indicators)"),
    "points": _("points"),
    "product_of_nothing": _(
        "every item has weight 0 in one of the vectors, expected one with weight in all: their "
        "product is 0"
    ),
    "rated_once": _("no unit is rated by two raters, expected one or more"),
    "rater_alone": _("rater {number} shares no unit with another rater, expected one or more"),
    "ratings": _("ratings"),
    "ratings_alike": _(
        "{cell}: units differ no more than by chance, so that there is no intraclass correlation"
    ),
    "ratings_few": _("{cell}: {count} ratings, expected {least} or more"),
    "ratings_few_without": _(
        "{cell}: {count} ratings without rater {rater}, expected {least} or more"
    ),
    "ratings_one_value": _(
        "all ratings are {value:.12g}, expected two values or more: without them there is no "
        "disagreement to expect"
    ),
    "results": _("results"),
    "scores_after": _("scores after"),
    "scores_before": _("scores before"),
    "shares": _("shares"),
    "shares_unused": _("shares for method {method!r}, expected them for 'linear' alone"),
    "sum_not_one_of": _("{name} have the sum {total:.12g}, expected 1"),
    "target_one_sided": _(
        "tolerance = None with tolerance_above = {above:.12g}, expected both or neither"
    ),
    "target_turned": _("low = {low:.12g} with high = {high:.12g}, expected low up to high"),
    "target_without_tolerance": _(
        "{target}, expected a tolerance: without one the points of a unit would depend on the "
        "other units"
    ),
    "the_columns": _("the columns"),
    "the_results": _("the results"),
    "the_rows_of_membership": _("the rows of the membership"),
    "the_rows_of_points": _("the rows of the points"),
    "the_scores_after": _("the scores after"),
    "the_scores_before": _("the scores before"),
    "the_values": _("the values"),
    "the_vector": _("the vector"),
    "the_weights_after": _("the weights after"),
    "the_weights_before": _("the weights before"),
    "thresholds": _("thresholds"),
    "thresholds_turn": _("thresholds {thresholds}, expected all rising or all falling"),
    "units_alike": _(
        "{cell}: no two units differ in an indicator that counts, expected two that do"
    ),
    "units_and_columns": _("(..., units, columns) with {least} or more units and a column or more"),
    "upper_goalposts": _("upper goalposts"),
    "vector": _("vector"),
    "vectors": _("vectors"),
    "weights_after": _("weights after"),
    "weights_before": _("weights before"),
    "whole_number_from_to": _("a whole number from {low} to {high}"),
    "with_two_grades": _("(..., g) with two grades or more"),
    "with_two_raters": _("(..., units, raters) with two raters or more"),
    "with_two_thresholds": _("(g,) or (m, g) with two grades or more"),
}

_STUDY = {
    "a_number_or_text": _("a number or text"),
    "answer_compares_itself": _("{place}: {item!r} is compared with itself, expected two children"),
    "answers_column_twice": _(
        "{place}: {first!r} and {second!r} both stand for the column {column}, expected one of them"
    ),
    "answers_columns": _(
        "{place}: the columns are {columns}; a long CSV has the columns {expected}. If this is a "
        "file of another program or platform, please choose its format."
    ),
    "answers_empty": _("{source}: is empty; a long CSV has the columns {expected}."),
    "asking_not_short": _("short = True, this study asks all comparisons"),
    "asking_other_way": _("way = {way!r}, this study asks {expected!r}"),
    "authority_incomplete": _(
        "The authority coefficient needs both what the expert judges from and how familiar they "
        "are: please choose all of it, or nothing."
    ),
    "authority_missing": _(
        "expert {name!r} has no authority coefficient, expected one for each expert; give the "
        "basis of judgment and the familiarity, or choose another weighting"
    ),
    "child_without_weight": _("missing, expected a weight for each child of {parent!r}"),
    "column_empty": _("{place}: {column} is empty"),
    "columns_lengths": _("{columns} have {counts} cells, expected as many of each"),
    "columns_need_arrow": _(
        '{source}: files of columns are read by Arrow: pip install "ahp-evidence[scale]"'
    ),
    "columns_unreadable": _("{source}: can't be read as a file of columns: {problem}"),
    "columns_passed_over": _("columns passed over: {columns}"),
    "count_range": _("count = {count!r}, expected a whole number of at least 1"),
    "cr_limit_range": _(
        "cr_limit = {value!r}, expected 'saaty' or a number from {least} to {most}"
    ),
    "draft_explanation_missing": _("{item!r}: explanation ({language}) is empty, expected text"),
    "draft_goal": _("the goal"),
    "draft_item": _("item {number} of {parent!r}"),
    "draft_item_wrong": _("{item!r}: {problem}"),
    "draft_name_missing": _("{item!r}: name ({language}) is empty, expected text"),
    "draft_source_missing": _("{item!r}: source is empty, expected text"),
    "draft_survey_description_missing": _(
        "the survey: description ({language}) is empty, expected text"
    ),
    "draft_survey_name_missing": _("the survey: name ({language}) is empty, expected text"),
    "draft_too_few_items": _(
        "{item!r} has too few items below it ({count}), expected two or more to compare"
    ),
    "expert_at": _("expert {expert!r}"),
    "expert_code_twice": _("code {value!r} stands for two experts, expected one for each"),
    "expert_no_name": _("{place}: {value} is no name of an expert, expected text"),
    "expert_silent": _("{place}: expert {expert!r} judged nothing, expected one pair or more"),
    "expert_without_code": _("no code for expert {name!r}, expected one for each"),
    "expert_without_weight": _("no expert weight for {name!r}, expected one for each expert"),
    "experts_excluded": _(
        "too few are left below {parent!r} once experts whose CR reaches the limit are excluded "
        "({listed}); expected incoherent = 'downweight' or 'include', or a larger cr_limit"
    ),
    "experts_named_twice": _(
        "{place}: experts are the keys of the matrices already, expected experts=None"
    ),
    "experts_no_list": _("{place}: {value}, expected a list of names in the order of the matrices"),
    "experts_not_connected": _(
        "no expert's own judgments under {parent!r} connect all items, expected those of one or "
        "more: the mean of the experts' weights needs them"
    ),
    "field_type": _("{field} = {value!r}, expected {expected}"),
    "filled_down": _(
        "cells that are merged, or blank for expert or parent, read as in the line above: lines "
        "{lines}"
    ),
    "formula_uncalculated": _(
        "a formula that was never calculated, expected a value; open the file in a spreadsheet "
        "program and save it"
    ),
    "given_divided": _(
        "the weights given below {parent!r} sum to {total:.6g}, they are divided by it"
    ),
    "given_without_children": _("{node!r} has no children, expected none"),
    "anonymous_most": _("{most} experts without a name, expected 1 to {limit}"),
    "invited_too_few": _(
        "invited = {invited!r}, expected a whole number of at least the {answered} who answered"
    ),
    "judgment_off_scale": _("{text!r}, expected a judgment from 1/{largest} to {largest}"),
    "language_code": _("{value!r}, expected different codes such as 'zh'"),
    "lines_above": _("lines above the table passed over: {lines}"),
    "line_of_codes": _("line of the platform's codes passed over: {line}"),
    "lines_below": _("lines below the table passed over: {lines}"),
    "lines_of_sums": _("lines with sums or means passed over: {lines}"),
    "many_not_judged": _("{count} lines without a judgment, read as not judged"),
    "lines_not_judged": _("lines without a judgment, read as not judged: {lines}"),
    "made_a_date": _(
        "{text!r} is a date: a spreadsheet made a date of a fraction such as {fraction}; format "
        "the cells as text, then enter the fraction again"
    ),
    "made_a_date_number": _(
        "{text!r} is the number of the date {date}: a spreadsheet made a date of a fraction such "
        "as {fraction}; format the cells as text, then enter the fraction again"
    ),
    "made_a_time": _(
        "{text!r} is a time of day: a spreadsheet made a time of a ratio such as {ratio}; enter "
        "a number or a fraction instead"
    ),
    "matrices_mixed": _(
        "{place}: expected either expert -> parent -> matrix, or parent -> the matrices of all "
        "experts"
    ),
    "matrices_no_table": _(
        "{place}: of type {type}, expected a mapping: expert -> parent -> matrix, or parent -> "
        "the matrices of all experts"
    ),
    "matrix_of_expert": _("expert {expert!r}, matrix below {parent!r}"),
    "matrix_of_shape": _("{place}: of shape {shape}, expected {count} rows and columns: {items!r}"),
    "missing_beside": _("missing, expected with {key}"),
    "name_below_two": _(
        "{place}: {name!r} stands below {first!r} and below {second!r}, expected below one; "
        "ahp.synthesize puts together alternatives that are compared under every criterion"
    ),
    "name_of_two": _(
        "{place}: {name!r} is the name of several items, expected one of their ids: {ids!r}"
    ),
    "names_no_tree": _(
        "{place}: {value}, expected names of items: the goal -> those below it, and so on"
    ),
    "no_answers": _("no answers, expected those of one expert or more"),
    "no_judgments": _("{source}: no judgments, expected a line for each"),
    "no_tables": _("no tables, expected one or more"),
    "not_a_child": _("expected a child of {parent!r}: {valid}"),
    "not_a_compared_child": _(
        "{place}: {side} = {value!r}, expected a child of {parent!r}: {valid}"
    ),
    "nothing_to_compare": _("all weights are given, expected a parent whose children are compared"),
    "order_entry": _("order has {pair}, expected parent, left and right as text"),
    "order_incomplete": _(
        "order has {count} comparisons, expected each of the {expected} of the survey"
    ),
    "pair_answered_twice": _(
        "{place}: expert {expert!r} answers ({left!r}, {right!r}) under {parent!r} twice, first "
        "at {first}"
    ),
    "pair_judged_by_nobody": _(
        "nobody whose judgments count has judged ({left!r}, {right!r}) under {parent!r}, and the "
        "others there do not connect all items ({missing} of {count} pairs are missing)"
    ),
    "pair_not_judged": _(
        "expert {expert!r} has not judged ({left!r}, {right!r}) under {parent!r} ({missing} of "
        "{count} are missing there)"
    ),
    "pair_of": _("({left!r}, {right!r})"),
    "parent_cycle": _("cycle {cycle}, expected a way to the goal"),
    "parent_has_given": _(
        "{place}: parent = {parent!r} has given weights, nothing is compared below it, expected "
        "one of {valid}"
    ),
    "parent_not_compared": _("{place}: parent = {parent!r}, expected one of {valid}"),
    "parent_unknown": _("{value!r}, expected the id of another node"),
    "ranking_items": _("ranking below {parent!r} = {content}, expected each of {valid} once"),
    "ranking_parent": _("ranking below {parent!r}, expected one of {valid}"),
    "receipt_count": _("{source}: has {count} receipts, expected one, from {begin} to {end}"),
    "receipt_damaged": _("{source}: the receipt in it is damaged, lines are missing"),
    "receipt_kind": _(
        "the content of the receipt cannot be read: expected kind {kind!r} with format {format}"
    ),
    "receipt_not_canonical": _("the content of the receipt is not in canonical JSON"),
    "receipt_unreadable": _(
        "the content of the receipt cannot be read: it is damaged, or made by another program or "
        "version"
    ),
    "recusal_reason": _("Please give a reason for every recusal."),
    "recused_unknown": _("recused {value!r}, expected one of {valid!r}"),
    "row_length": _("{place}: {count} values, expected {expected}"),
    "asks_not_a_line": _("Please write who asks in one line."),
    "contact_not_a_line": _("Please write whom to call in one line."),
    "until_unreadable": _("until = {text!r}, expected a day with a time such as 2026-12-18T18:00"),
    "setting_range": _("{name} = {value!r}, expected a number from {least} to {most}"),
    "several_faults": _("{source}: {count} faults:\n{faults:n}"),
    "short_type": _("short = {value!r}, expected true or false"),
    "survey_crowded": _(
        "{parent!r} has {count} items below it; people compare at most {most} well"
    ),
    "survey_index_short": _(
        "the random index {named!r} ends before {count} items; {used!r} is used instead"
    ),
    "survey_itself": _("the survey"),
    "survey_not_shipped": _(
        "{name!r} is no shipped survey, expected one of {valid} or the path of a .toml file"
    ),
    "text_too_long": _(
        "{what} has {length} characters, at most {limit} can be stored. Nothing was saved; "
        "please shorten it."
    ),
    "the_asks": _("Who asks"),
    "the_comment": _("The comment"),
    "the_consent": _("The consent"),
    "the_contact": _("Whom to call"),
    "the_contradictions": _("The list of contradictions"),
    "the_document": _("The document number"),
    "the_email": _("The e-mail address"),
    "the_greeting": _("The greeting"),
    "the_draft": _("The draft of the survey"),
    "the_names": _("the names"),
    "the_outline": _("the list of names"),
    "the_sentence": _("The sentence"),
    "the_stated": _("Where they said so"),
    "the_layout": _("The layout of the file"),
    "the_name": _("The name"),
    "the_note": _("The note"),
    "the_organization": _("The organization"),
    "the_place": _("The place in the file"),
    "the_reason": _("The reason"),
    "the_rules": _("The scheme with its rules"),
    "the_source": _("The source"),
    "the_survey": _("The survey"),
    "the_text": _("A text"),
    "the_title": _("The title"),
    "the_value": _("The value"),
    "the_wording": _("The text"),
    "too_many_comparisons": _("{count} comparisons, expected at most {most}"),
    "two_matrices": _("{place}: stands there twice, expected once"),
    "value_refused": _("value = {problem}"),
    "weight_of_nobody": _("expert weight for {name!r}, expected one of {valid!r}"),
    "weight_out_of_range": _("{value!r}, expected a number of 0 or more"),
    "weight_range": _("weight = {weight!r}, expected a number from 0 to {most}"),
    "weight_reason": _("A weight of {weight:g} needs a reason; please write it down."),
    "weights_sum": _("the weights sum to {total:.6g}, expected 1"),
    "weights_sum_below": _("the weights below {parent!r} sum to {total:.6g}, expected 1"),
}

_FILES = {
    "a_boolean": _("a boolean"),
    "a_date_or_time": _("a date or time"),
    "a_list": _("a list"),
    "a_mapping": _("a mapping"),
    "a_number": _("a number"),
    "a_scheme": _("a scheme"),
    "a_survey": _("a survey"),
    "a_table": _("a table"),
    "a_table_of_texts": _("a table of texts"),
    "a_text": _("text"),
    "a_whole_number": _("a whole number"),
    "a_wide_table": _("a wide table"),
    "about_range": _("{value!r}, expected a number between 0 and 1"),
    "access_denied": _("Permission denied"),
    "address_in_use": _("Address already in use"),
    "alternatives_alike": _("alternatives {alternatives}, expected names that differ"),
    "amount_by_earlier": _("earlier values are such as {example}"),
    "amount_by_valid": _("the scheme has values from {low} to {high}"),
    "an_ahp_file": _("an ahp file"),
    "an_ahp_os_project": _("an AHP-OS project"),
    "an_array": _("an array"),
    "an_array_of_tables": _("an array of tables"),
    "an_array_of_text": _("an array of text"),
    "an_empty_array": _("an empty array"),
    "answer_not_listed": _(
        "the answer to ({left!r}, {right!r}) under {parent!r} is {value!r}, expected one of {valid}"
    ),
    "array_length": _("has {count} entries, expected {expected}"),
    "ask_amount": _("{name}: {why}; does {example} stand for {one} or for {other}?"),
    "ask_column": _("no indicator is called {name!r}; what is this column?"),
    "ask_column_near": _("what is the column {name!r}: {near!r}, or something else?"),
    "ask_fraction": _(
        "{name}: numbers from 0 to 1 are expected; does {example} stand for {example} %, "
        "that is {other}, or for {example} itself?"
    ),
    "ask_fraction_before": _(
        "{name}: so far a number such as 98 stood for 98 %, now there is {example}; does it "
        "stand for {example} % or for {example} itself?"
    ),
    "ask_indicator": _("no indicator is called {name!r}; which one is it?"),
    "ask_indicator_near": _("which indicator is {name!r}: {near!r}, or another one?"),
    "ask_mixed": _(
        "{name}: {cells:;} beside numbers as large as {most}; does {example} stand for {example} "
        "%? If it stands for {other} %, please correct the file"
    ),
    "ask_percent": _(
        "{name}: the largest number is {example}; does it stand for {example} % or for {other} %?"
    ),
    "ask_percent_before": _(
        "{name}: so far a number such as 0.98 stood for 98 %, now there is {example}; does "
        "it stand for {example} % or for a hundred times as much?"
    ),
    "ask_stated": _(
        "{name}: {why}; is {example} stated as the scheme has it? If not, leave it out or correct "
        "the file"
    ),
    "ask_unit": _("{place}: no unit is called {name!r}; which one is it?"),
    "ask_unit_is": _("{place}: no unit is called {name!r}; is it {near!r}?"),
    "ask_unit_near": _("{place}: no unit is called {name!r}; is it one of {near!r}?"),
    "at_place": _("{place}: {problem}"),
    "beside_another": _("beside {key}, expected one of them"),
    "beside_matrix": _("rows and columns beside the matrix passed over: {names!r}"),
    "blank_diagonal": _("blank cells of the diagonal read as 1"),
    "box_drawn": _(
        "{place}: a drawing in the row of {left!r} and {right!r}, which can't be read; type √ in "
        "place of a box"
    ),
    "box_unreadable": _(
        "{place}: {value!r} under {entry} for {left!r} and {right!r}, expected √ or the box as it "
        "was"
    ),
    "boxes_ticked": _(
        "{place}: {ticked!r} are ticked for {left!r} and {right!r}, expected one tick"
    ),
    "branch_apart": _(
        "{place}: branch {name!r} is not below the goal {goal!r}, expected its name among the "
        "items of another branch"
    ),
    "branch_colons": _("{place}: {text!r} has {count} colons, expected one, as in 'A: a1, a2;'"),
    "branch_twice": _("{place}: branch {name!r} stands twice, expected once"),
    "branch_unended": _("{place}: the last branch does not end, expected ';'"),
    "cell_covered": _("{place}: merged with {cell}, expected a cell of its own for each judgment"),
    "cell_merged": _(
        "{place}: merged with other cells, expected a cell of its own; undo the change, or ask "
        "the organizer for the questionnaire anew"
    ),
    "cell_not_listed": _("{place}: {value!r}, expected one of {valid}"),
    "no_texts": _(
        "{place}: {value!r}; what the options of the column mean is not given, expected a mapping "
        "in which each stands with its judgment"
    ),
    "cell_not_unicode": _("{place}: {text!r}, expected text that UTF-8 can write"),
    "cell_position": _("{place}: {value!r}, expected a whole number from 1 to 17"),
    "cell_signed": _("{place}: {value!r}, expected a whole number from 1 to 9 or -1 to -9"),
    "cell_signed_or_blank": _(
        "{value!r}, expected a whole number from 1 to 9 or -1 to -9, blank or NA"
    ),
    "cell_spaces": _(
        "{place}: {text!r}, expected text without spaces around it or carriage returns in it"
    ),
    "cells_blank": _("{count} cells of indicators are empty; they count as not reported"),
    "column_absent": _("{source}: column {column!r}, expected one of A to {last}"),
    "column_ambiguous": _("{place}: is ambiguous, expected one of {valid}"),
    "coding_open": _(
        "{place}: what its numbers mean is not told by them; choose it: signed, 9 to 1 to -9; "
        "position, 1 to 17; ratio, 3 or 1/3; at the command line by --coding"
    ),
    "column_coding": _("{place}: coding = {coding!r}, expected one of {valid}"),
    "column_mapped_twice": _("{source}: column {column} is mapped twice, expected once"),
    "column_means": _("column {column} ({header}): how much {left!r} matters more than {right!r}"),
    "column_name": _("full name"),
    "column_name_ambiguous": _(
        "survey {survey!r}: column {column} could be read in several ways, expected ids that can "
        "be told apart"
    ),
    "column_name_taken": _("column {column} is that of the experts, too; expected another name"),
    "column_named": _("{place}, column {column}"),
    "column_no_pair": _(
        "{place}: names no pair below {parents}, expected two items with _ between them"
    ),
    "column_of": _("{place}, {column}"),
    "column_of_experts": _(
        "{place}: column {column!r} names no two items; if it has the experts, choose it as "
        "their column"
    ),
    "column_organization": _("organization"),
    "column_pair_again": _(
        "{place}: compares the pair of column {other}, expected one column a pair"
    ),
    "column_readings": _("{place}: can be read as two items in {count} ways, expected one"),
    "column_readings_without_items": _(
        "{place}: can be read as two items in {count} ways, expected one; give the items or a "
        "survey"
    ),
    "column_email": _("e-mail"),
    "column_reason": _("reason"),
    "column_weight": _("weight"),
    "columns_above": _("columns {lines} before the headers are passed over"),
    "columns_apart": _(
        "{place}: the columns compare {groups}, and none of one group with another; they stand "
        "below several parents, so please give the survey"
    ),
    "columns_beside": _("columns {lines} hold no values of units; they are passed over"),
    "columns_hidden": _("columns {lines} are hidden in the file; they are read like the others"),
    "columns_same_pair": _(
        "{source}: columns {one} and {other} have the same pair ({left!r}, {right!r}), expected "
        "one column a pair"
    ),
    "columns_totals": _("columns {lines} are sums or averages; they are passed over"),
    "comparisons_without_column": _("{count} of {total} comparisons have no column"),
    "decimals_range": _("{value!r}, expected a whole number from 1 to 15"),
    "decimals_read": _(
        "{place}: rounded decimals read as what they stand for, such as 0.33 as 1/3: {count}"
    ),
    "digit_count": _(
        "{digits!r} has {count} digits, expected {expected}, one for each pair below {parent!r}"
    ),
    "cell_differs": _(
        "table {table!r}, row {row}, column {column!r}: printed {printed!r}, recomputed "
        "{expected!r}"
    ),
    "digit_wrong": _("{digits!r}, digit {number} is {digit!r}, expected one of {valid}"),
    "disk_full": _("No space left on device"),
    "disk_read_only": _("Read-only file system"),
    "document_after_annex": _("section {key!r} stands behind an annex, expected it before"),
    "document_key_twice": _("{kind} {key!r} comes twice in the document, expected a key each"),
    "document_reference_unknown": _("{kind} {key!r} is referred to, and isn't in the document"),
    "document_too_deep": _("section {key!r} stands in {deepest} others, expected fewer"),
    "document_type": _("has a document type, expected none in a workbook"),
    "empty": _("empty"),
    "entry_footnote": _(
        "{place}: {value!r} has the footnote mark {mark!r}, expected an entry of the cell's "
        "list, from '← 9' over '1 =' to '9 →'; choose it from the list"
    ),
    "entry_is_date": _(
        "{place}: date or time {value}, expected an entry of the cell's list, from '← 9' over '1 "
        "=' to '9 →'; the program made a date of what was typed, empty the cell and choose from "
        "the list"
    ),
    "entry_is_error": _(
        "{place}: error value {value!r}, expected an entry of the cell's list, from '← 9' over "
        "'1 =' to '9 →'; choose it from the list"
    ),
    "entry_is_formula": _(
        "{place}: formula {value!r}, expected an entry of the cell's list, from '← 9' over '1 =' "
        "to '9 →'; choose it from the list"
    ),
    "entry_made_a_date": _("{place}: {reason}, or choose it from the list"),
    "entry_not_listed": _(
        "{place}: {value!r}, expected an entry of the cell's list, from '← 9' over '1 =' to '9 "
        "→'; choose it from the list"
    ),
    "entry_sideless": _(
        "{place}: {value!r} does not say which item is more important, expected {left!r} for the "
        "left or {right!r} for the right one; choose it from the list"
    ),
    "erratum_digits": _("{value!r}, expected as many digits as printed"),
    "erratum_place": _("{value!r}, expected the place of a printed number, each once"),
    "expert_column": _("{place}: {count} columns {column!r}, expected one with the experts"),
    "expert_in_two_lines": _(
        "{place}: expert {expert!r} stands in line {first}, too; expected a row for each"
    ),
    "expert_in_two_rows": _(
        "{place}: {expert!r} stands in row {first}, too; expected a row for each expert"
    ),
    "expert_silent_left_out": _("{source}: nothing is judged on sheet {sheet!r}, it is left out"),
    "file_absent": _("No such file or directory"),
    "file_exists": _("File exists"),
    "file_is_folder": _("Is a directory"),
    "file_is_no_folder": _("Not a directory"),
    "file_too_long": _("{source}: more than {most} bytes, expected at most {most}"),
    "file_unreadable": _("{source}: cannot be read: {problem}"),
    "file_without_experts": _("{source}: no experts, expected a row for each"),
    "form_cells": _(
        "{place}: {count} cells, expected {expected}; undo the change, or ask the organizer for "
        "the questionnaire anew"
    ),
    "form_nameless": _("{source}: no name of who answered, expected one beside “Name”"),
    "form_refused": _(
        "{place}: {problem}; save the questionnaire again as Word Document (.docx), or ask the "
        "organizer for it anew"
    ),
    "form_rows": _(
        "{place}: {count} rows to answer, expected {expected}; undo the change, or ask the "
        "organizer for the questionnaire anew"
    ),
    "form_sides": _(
        "{place}: {value!r} above the boxes, expected {expected!r}; undo the change, or ask the "
        "organizer for the questionnaire anew"
    ),
    "form_tables": _(
        "{source}: {count} tables with boxes, expected {expected}; undo the change, or ask the "
        "organizer for the questionnaire anew"
    ),
    "form_unticked": _("{source}: no box is ticked; type √ in place of a box"),
    "form_wording": _(
        "{place}: the question was changed, expected {expected!r}; undo the change, or ask the "
        "organizer for the questionnaire anew"
    ),
    "form_without_study": _(
        "{source}: names no study, as forms of earlier versions do; download the form anew and "
        "fill that in, or let the answers be keyed in"
    ),
    "formula_refused": _("formulas are refused, never evaluated; write the judgments as pairwise"),
    "gluc_empty": _("{source}: is empty, expected an ahp file"),
    "gluc_judgment": _("{place}: {count} values, expected three such as [A, B, 1/4]"),
    "gluc_version": _("{version!r}, expected 2.0"),
    "heading_of_another": _(
        "{place}: heading {heading!r}, read as the matrix of {name!r}, which has its items"
    ),
    "heading_unknown": _(
        "{place}: heading {heading!r}, expected the name of an item, or {goal!r} as at {first}"
    ),
    "hidden_cell_changed": _(
        "{source}: sheet '_ahp', row {row}: cell {cell!r}, expected a cell of its own in column "
        "C; undo the change, or ask the organizer for the questionnaire anew"
    ),
    "hidden_list_short": _(
        "{source}: sheet '_ahp', row {row}: the list ends after {count} comparisons, expected "
        "{expected}; undo the change, or ask the organizer for the questionnaire anew"
    ),
    "hidden_pair_changed": _(
        "{source}: sheet '_ahp', row {row}: {pair}, expected parent, left and right of a "
        "comparison that is not listed above; undo the change, or ask the organizer for the "
        "questionnaire anew"
    ),
    "hidden_value_changed": _(
        "{source}: sheet '_ahp', cell {cell}: {value!r}, expected {expected} beside {name!r}; "
        "undo the change, or ask the organizer for the questionnaire anew"
    ),
    "id_form": _("{value!r}, expected a letter, then only letters, digits, _ and -"),
    "id_twice": _("{value!r} is used twice, expected ids that differ"),
    "is_missing": _("missing"),
    "matrix_large": _("{source}: {count} items, expected at most {most}"),
    "matrices_missing": _(
        "{source}: sheet {sheet!r} has no matrix for {names!r}, nothing is judged there"
    ),
    "matrix_names_across": _(
        "{place}: name {name!r}, expected {expected!r} as in the first column"
    ),
    "matrix_of_none": _("{place}: items {items!r}, expected those below one of {names!r}"),
    "matrix_of_several": _(
        "{place}: items {items!r} stand below several, expected one of them as heading: {names!r}"
    ),
    "matrix_other_items": _("{place}: items {items!r}, expected {expected!r} as at {first}"),
    "matrix_twice": _(
        "{place}: a second matrix for {name!r}, expected one; the first is at {first}"
    ),
    "matrix_without_heading": _(
        "{place}: the matrix has no heading, expected the item it belongs to in its corner or "
        "above it"
    ),
    "name_no_words": _("{place}: {name!r} is a number or a date, expected the name of an item"),
    "names_beside": _(
        "{place}: read with the items {items!r}; {names!r} beside or below them passed over"
    ),
    "no_goal_matrix": _(
        "{place}: all matrices belong to items of others, expected one that belongs to the goal"
    ),
    "no_matrices": _(
        "{source}: no judgment matrix, expected on each sheet matrices with the names of the "
        "items in the first row and the first column"
    ),
    "not_a_form": _("not a .docx document, or a damaged one, expected a paper form"),
    "not_a_fraction": _("{value!r} is no number, expected one such as 0.25 or 1/3"),
    "is_utf16": _("{source}: is UTF-16 text, expected UTF-8: save it with the encoding UTF-8"),
    "item_not_below": _("{place}: {name!r}, expected an item below {parent!r}: {valid}"),
    "outline_empty": _(
        "{source}: there is no name in it; write the names of the items, each in a line of its own"
    ),
    "outline_parents_unknown": _(
        "{place}: the names of each level stand together, and nothing says which belong below "
        "which; write those that belong below a name right after it, indented"
    ),
    "item_twice": _("{place}: {name!r} stands twice, expected once"),
    "item_weight": _("{place}: {item!r}: weight {weight!r}, expected a number from 0 to 1"),
    "item_with_itself": _("{place}: {item!r} is compared with itself, expected two items"),
    "item_without_weight": _(
        "{place}: {item!r} has no weight, expected one for every item of {parent!r} or for none"
    ),
    "judgment_at": _("{place}: expert {expert!r}: ({left!r}, {right!r}) under {parent!r}"),
    "judgment_not_a_step": _(
        "{place} = {value!r}, expected a whole number from 1 to 9 or 1 over one: {holder} can't "
        "hold another"
    ),
    "judgment_of": _("expert {expert!r}: ({left!r}, {right!r}) under {parent!r}"),
    "judgment_of_no_pair": _("{place}, expected a pair of the survey"),
    "key_twice": _("key {name!r} stands twice, expected once"),
    "key_unknown": _("unknown key, expected one of {valid}"),
    "layout_cell_twice": _("{value!r} for {unit!r}, but {place} says {other!r} of the same cell"),
    "layout_header_rows": _("expected 1 to {most} rows of headers"),
    "layout_header_twice": _("a second column {header!r}, expected one"),
    "layout_header_unknown": _(
        "nothing says what the column {header!r} is; say so, or leave it out"
    ),
    "layout_headers_absent": _(
        "{source}: no row with the headers {headers!r}; has the table another layout now?"
    ),
    "layout_name_unknown": _("nothing says which indicator {name!r} is"),
    "layout_no_headers": _("{source}: no row of headers above the units"),
    "layout_part_unknown": _("{part!r} is no part of the indicator, expected one of {valid!r}"),
    "layout_percent_amount": _("{value!r} is a percentage, expected an amount"),
    "layout_role_missing": _("no column {role!r}, expected one"),
    "layout_role_twice": _("a second column for {role!r} beside {other!r}, expected one"),
    "layout_role_unsaid": _("{source}: nothing says which column is {role!r}"),
    "layout_unit_empty": _("a row with values, but without the name of a unit"),
    "layout_unit_headless": _("{place}: no header above the names of the units"),
    "layout_value_date": _(
        "{value!r} is a date, expected a value; format the cell as text and enter it again"
    ),
    "layout_value_merged": _(
        "is merged with another cell, so that its value isn't its own; split the cells"
    ),
    "layout_without_units": _(
        "{source}: no unit is named in this table; are the units those of this evaluation?"
    ),
    "layout_word_unknown": _("{value!r}, expected one of {valid!r}"),
    "leaf_not_compared": _("no parent {leaf!r}, expected one that compares the alternatives"),
    "level_range": _("{value}, expected 1 to {most}"),
    "levels_differ": _("{value!r}, expected different levels, 1 or more"),
    "list_columns_alike": _(
        "{source}: columns {one} and {other} are both the {column}, expected one"
    ),
    "list_no_name": _("{place}: there is no name."),
    "list_no_names": _("{source}: columns {columns}, expected one with the heading {headings}"),
    "list_twice": _("{place}: “{name}” stands in the list twice."),
    "list_email": _("{place}: “{text}” of “{name}” is no e-mail address."),
    "list_weight": _("{place}: the weight “{weight}” isn't a number of 0 or more."),
    "list_weight_reason": _(
        "{place}: the weight {weight} of “{name}” needs a reason; please write it down."
    ),
    "list_width": _(
        "{place}: {count} values, expected at most {most}: {columns}; put one that has a comma "
        "in double quotes"
    ),
    "mapping_side": _("{value!r}, expected left or right for signed values and none for others"),
    "mapping_texts": _("expected for text values alone"),
    "matrix_empty": _("{source}: no values, expected a matrix"),
    "matrix_incomplete": _(
        "{source}: ({left}, {right}) is not judged, expected a complete matrix; judgments "
        "missing: {missing}; ahp.complete_matrices fills them"
    ),
    "matrix_names": _("{place}: name {name!r}, expected {expected!r} as in the first line"),
    "matrix_one_column": _(
        "{source}: one cell in each line, expected cells that commas, semicolons or tabs separate"
    ),
    "matrix_several": _(
        "{source}: several matrices, at {corners}; expected one: keep each in a file or on a sheet "
        "of its own, or take the file for a workbook with a sheet for each expert"
    ),
    "matrix_not_square": _(
        "{source}: {rows} rows of {columns} values, expected a square matrix, with or without names"
    ),
    "merged_cells": _("merged cells and links over {count} cells, expected at most {most}"),
    "more_columns": _("{place}: more than {most} columns"),
    "more_faults": _("and {count} more"),
    "more_than": _("more than {count}"),
    "name_controls": _("{name!r}, expected a name without control characters"),
    "name_empty": _("is empty, expected a name"),
    "name_in_survey": _("survey {survey!r}: name of {node!r}"),
    "name_numeric": _("{place}: {name!r}, expected a name that is not a number"),
    "name_reserved": _(
        "{place}: {name!r}, expected a name without , : ; = ~ < and with single spaces"
    ),
    "name_shared": _("{place}: {name!r} is that of {other!r}, too; expected another"),
    "name_unknown": _("unknown, expected one of {valid}"),
    "names_changed": _(
        "{place}: {value!r}, expected {expected!r}; rows and names must stay as they were: undo "
        "the change, or ask the organizer for the questionnaire anew"
    ),
    "names_count": _("{count} names, expected {expected} as of items"),
    "needed_with_matrix": _("missing, needed where a matrix is printed with weights"),
    "needed_without_weights": _("missing, needed where no weight is printed"),
    "needs_goal": _("needs a goal"),
    "nested_too_deep": _("{source}: nested too deep, expected {expected}"),
    "no_branches": _("{source}: is empty, expected branches such as 'Goal: A, B;'"),
    "no_decision_maker": _("{expert!r} is none of the decision-makers, expected one of {valid}"),
    "no_column_known": _(
        "{source}: no column is called by two items of the survey, such as {example!r}; call the "
        "columns so, or give a mapping that says what they mean"
    ),
    "no_pair_columns": _("{place}: no columns of pairs, expected some such as a_b"),
    "no_project": _(
        "{source}: is no project of AHP-OS and no study from here; please download it again"
    ),
    "no_such_sheet": _("{source}: has no sheet {sheet!r}, expected one of {valid}"),
    "not_a_list": _("is {kind}, expected a list"),
    "not_a_mapping": _("is {kind}, expected a mapping"),
    "not_a_questionnaire": _("not an .xlsx workbook, or a damaged one, expected a questionnaire"),
    "not_a_text": _("is {kind}, expected text"),
    "not_csv": _("{place}: not CSV; please check the quotation marks there"),
    "not_json": _("{place}: not JSON; please check the quotation marks, brackets and commas there"),
    "not_made_as_form": _(
        "{source}: the foot of the pages doesn't say which survey it is of, expected a paper form; "
        "fill in the file that the organizer sent"
    ),
    "not_made_as_questionnaire": _(
        "{source}: has no sheet '_ahp' that begins with 'ahp questionnaire', expected a workbook "
        "made as a questionnaire; fill in the file that the organizer sent"
    ),
    "not_pdf": _("{source}: cannot be read as PDF: it is damaged, or no PDF"),
    "not_printable": _("{place}: {mark}, expected printable text"),
    "not_toml": _(
        "{place}: not TOML; please check the quotation marks, brackets and equals signs there"
    ),
    "not_unicode": _("{value!r}, expected text that UTF-8 can write"),
    "not_utf8": _("{source}: byte {position} is not UTF-8, expected UTF-8 text"),
    "not_ods": _("is no ODS workbook, or a damaged one, or one with a password"),
    "not_xlsx": _("is no XLSX file, or a damaged one"),
    "not_yaml": _(
        "{place}: not YAML; please check the indentation, colons and quotation marks there"
    ),
    "nothing": _("nothing"),
    "nothing_judged": _("{source}: nothing is judged in the matrices, expected one pair or more"),
    "nothing_left_to_ask": _("skip = {skipped!r}, expected a parent that is left to ask about"),
    "nothing_to_write": _("no judgments, expected one at least: an answers file can't be empty"),
    "number_not_finite": _("{value}, expected a finite number"),
    "number_too_long": _("{source}: a whole number of more than {most} digits"),
    "other_file": _(
        "{source}: is {kind}, expected a CSV file or a workbook (.xlsx, .ods); if a spreadsheet "
        "program opens it, save it from there as Excel Workbook (.xlsx)"
    ),
    "a_pdf": _("a PDF document"),
    "a_picture": _("a picture"),
    "an_archive": _("an archive"),
    "a_text_document": _("a text document (RTF)"),
    "an_xml_workbook": _("a workbook of Excel 2003 in XML"),
    "no_workbook": _(
        "{source}: is a web page that is called a workbook; open it in a spreadsheet program and "
        "save it as an .xlsx file"
    ),
    "of_sheet": _("{source}: sheet {sheet!r}: {problem}"),
    "old_document": _(
        "{source}: an old .doc document, or one with a password, expected a .docx document; save "
        "it without a password as Word Document (.docx)"
    ),
    "one_cell_read": _(
        "{place}: judgments read as the reciprocal where one cell of a pair is empty: {count}"
    ),
    "sheet_without_matrix": _("{source}: sheet {sheet!r} has no judgment matrix and is left out"),
    "sheets_hidden": _("{source}: hidden sheets left out: {names!r}"),
    "too_many_matrices": _("{place}: more than {most} matrices on this sheet, expected fewer"),
    "weights_panel_missing": _(
        "the judgments from which the weights were drawn can't be found; the report can't be made "
        "without them"
    ),
    "log_when_exported": _("what was wrong was told when the report was made"),
    "number_differs": _(
        "section {section!r}, text {text!r}: printed {printed!r}, recomputed {expected!r}"
    ),
    "workbook_differs": _("sheet {sheet!r}, cell {cell}: has {printed!r}, recomputed {expected!r}"),
    "text_not_computed": _("text {printed!r}: printed, and not recomputed"),
    "text_not_printed": _("section {section!r}: recomputed, and not in the file: {expected!r}"),
    "file_changed": _("SHA-256 {hash}, expected {expected}: not the file that was exported"),
    "heading_differs": _(
        "table {table!r}, heading of column {number}: printed {printed!r}, recomputed {expected!r}"
    ),
    "edits_unreadable": _("{place}: expected a JSON object of sentences, key and text"),
    "report_without_form": _("expected at least one form of the report"),
    "report_outrun": _("the answers changed while the report was made; please make it again"),
    "report_outrun_by_log": _(
        "the evaluation went on while the report was made; please make it again"
    ),
    "report_twice": _("two reports are called {name!r}, expected one of each name"),
    "table_row_longer": _(
        "table {table!r}, row {number}: {printed} cells printed, {expected} recomputed"
    ),
    "report_folder_missing": _(
        "expected --output FOLDER, where the files of the report are written"
    ),
    "report_folder_used": _("{path}: there is something already, expected a new or empty folder"),
    "manifest_file_name": _(
        "{name!r} is no name of a file beside the manifest, expected one without folders"
    ),
    "manifest_file_twice": _("file {name!r} comes twice in the manifest, expected once"),
    "manifest_input_missing": _("the manifest names no input {role!r}, expected one"),
    "manifest_newer": _("format {number}, expected {expected}: written by a newer version of ahp"),
    "input_named_alike": _("{name!r}: the export has another file of this name; please rename it"),
    "not_docx": _("is no DOCX file, or a damaged one"),
    "not_html": _("is no HTML file in UTF-8"),
    "report_not_in_manifest": _("report {name!r} is not in the manifest, expected one of: {valid}"),
    "report_unknown": _(
        "{name}: report {report!r} is not one that this version computes, expected one of: {valid}"
    ),
    "report_without_tables": _(
        "{name}: has no tables that can be read back, expected a file of: {valid}"
    ),
    "table_length": _("table {table!r}: {printed} rows, recomputed {expected}"),
    "table_not_computed": _("table {table!r}: printed, and not among those that are recomputed"),
    "table_not_listed": _("table {table!r}: recomputed, and not in the manifest"),
    "table_not_printed": _("table {table!r}: not found in the file"),
    "table_width": _("table {table!r}: {printed} columns, recomputed {expected}"),
    "office_failed": _("LibreOffice made no PDF of the document ({problem})."),
    "office_missing": _(
        "PDF files are written by LibreOffice, which isn't installed: install LibreOffice Writer "
        "(Debian and Ubuntu: libreoffice-writer-nogui), or choose DOCX or HTML."
    ),
    "office_slow": _("LibreOffice made no PDF of the document within {seconds} s."),
    "old_workbook": _(
        "{source}: an old .xls workbook, or one with a password, expected an .xlsx workbook; "
        "save it without a password as Excel Workbook (.xlsx)"
    ),
    "one_alternative": _("one alternative, expected two or more to compare"),
    "one_of": _("one of {valid}"),
    "order_unlike_items": _("compares {order}, expected {expected} as of items"),
    "other_session": _("{value!r}, expected {expected!r} as in pj[0]"),
    "owners_needed": _("no data owners, expected one or more"),
    "pair_below": _("({left!r}, {right!r}) under {parent!r}"),
    "pair_not_children": _(
        "{place}: ({left!r}, {right!r}), expected two children of {parent!r}: {valid}"
    ),
    "parent_no_leaf": _("{parent!r} is no leaf, expected one: it compares the alternatives"),
    "part_of_indicator": _("{part!r} of {indicator!r}"),
    "pdf_page_too_large": _(
        "{source}: cannot be read as PDF: a page of more than {most} bytes, expected fewer"
    ),
    "pdf_pages": _("{source}: cannot be read as PDF: {count} pages, expected at most {most}"),
    "place_alone": _("{place}"),
    "preference_unknown": _("unknown kind, expected pairwise, priority, score"),
    "preferences_beside": _("{kinds}, expected one of them"),
    "priority_missing": _("{item!r} is missing, expected a priority of each item"),
    "project_count": _("{count} projects, expected one"),
    "project_pair_missing": _(
        "expert {expert!r} has not judged ({left!r}, {right!r}) under {parent!r}, expected all "
        "{count} pairs or none: an AHP-OS project can't leave one out"
    ),
    "questionnaire_newer": _(
        "{source}: sheet '_ahp', cell B1: format {version}, expected {expected}; the file was "
        "made by a newer version of ahp, which can read it"
    ),
    "questionnaire_of_other_expert": _(
        "{source}: expert {found!r}, expected {expected!r}; use the questionnaire of this expert"
    ),
    "questionnaire_of_other_round": _(
        "{source}: round {found!r}, expected {expected!r}; use the questionnaire of this round"
    ),
    "questionnaire_of_other_study": _(
        "{source}: was made for another study; use the questionnaire of this study"
    ),
    "questionnaire_of_other_survey": _(
        "{source}: was made for another survey, or before this one was changed; use the "
        "questionnaire made for this survey as it is now"
    ),
    "questionnaire_refused": _(
        "{place}: {problem}; save the questionnaire again as Excel Workbook (.xlsx), or ask the "
        "organizer for it anew"
    ),
    "rating_incomplete": _(
        "{source}: the questions about yourself are answered in part, expected all of them or none"
    ),
    "rating_unclear": _("{place}: expected one tick for {name!r}"),
    "reference_unknown": _("column {column}: {name!r}, expected one of {valid}"),
    "reference_without_goal": _(
        "column {column}: {name!r}, expected one of none, since there is no goal"
    ),
    "row_length_unlike_row": _("{place}: {count} values, expected {expected} as in row {first}"),
    "row_too_long_inside": _("more than {limit} elements in a row, expected fewer"),
    "rows_beside": _("rows {lines} hold no values of units; they are passed over"),
    "rows_other_period": _("{count} values are of other periods; they are passed over"),
    "rows_hidden": _("rows {lines} are hidden in the file; they are read like the others"),
    "rows_totals": _("rows {lines} are sums or averages; they are passed over"),
    "score_missing": _("{item!r} is missing, expected a score of each item"),
    "scores_zero": _("all scores are 0, expected one above"),
    "several_sheets": _("{source}: has several sheets, expected one of {valid}"),
    "sheet_missing": _(
        "{source}: sheet {sheet!r} is missing, expected it; undo the change, or ask the "
        "organizer for the questionnaire anew"
    ),
    "single_item": _(
        "{place}: {name!r} has the single item {item!r}, expected two or more to compare"
    ),
    "some_text": _("a text"),
    "some_weights": _("weights of some experts only, expected all or none"),
    "stands_twice": _("{name!r} stands twice, expected once"),
    "stated_in": _("the table states it in {stated!r}, which isn't the scheme's unit of measure"),
    "stated_no_more": _("so far another unit of measure was stated"),
    "survey_id_form": _(
        "{source}: id = {value!r}, expected a letter, then only letters, digits, _ and -"
    ),
    "survey_language_form": _("{source}: language = {value!r}, expected a code such as zh"),
    "system_fault": _("the system reports the error {number}"),
    "table_without_rows": _("{source}: {count} rows, expected a line of names and answers"),
    "tag_formula": _(
        "tag {tag}: formulas are refused, never evaluated; write the judgments as pairwise"
    ),
    "tag_refused": _("tag {tag}: expected text, lists and mappings alone"),
    "template_of_other_period": _("{source}: the template is that of {found}, expected {expected}"),
    "template_of_other_scheme": _(
        "{source}: the template is that of another version of the scheme, expected {version}"
    ),
    "template_sheet_renamed": _(
        "{source}: the sheet {sheet!r} had another name in the template; undo the change"
    ),
    "text_empty": _("is empty, expected text"),
    "text_of": _("{place}: text {text!r}"),
    "text_two_values": _("{place}: text {text!r} has two values, expected one"),
    "texts_differ": _("{value!r}, expected different texts"),
    "the_format": _("format {number}"),
    "this_or_that": _("{one} or {others}"),
    "toml_key_long": _("{place}: a key of 50 parts or more, expected fewer"),
    "toml_too_deep": _("{source}: arrays inside arrays too deep, expected {expected}"),
    "too_many_bytes": _("{source}: {count} bytes, expected at most {most}"),
    "too_many_cells_inside": _("more than {limit} elements of cells, expected fewer"),
    "too_many_characters": _("{source}: {count} characters, expected at most {most}"),
    "too_many_decimals": _("{value} has more than {most} decimals, expected fewer"),
    "too_many_elements": _("more than {limit} elements, expected fewer"),
    "too_many_levels": _("more than {most} levels, expected fewer"),
    "too_many_lines": _("{source}: more than {most} lines, expected fewer"),
    "too_many_names": _("{source}: {count} names, expected at most {most}"),
    "too_many_parts": _("{count} files inside, expected at most {most}"),
    "too_many_rows": _("{source}: {count} rows, expected at most {most}"),
    "too_many_rows_inside": _("more than {limit} rows and texts, expected fewer"),
    "too_many_places": _("{source}: a number of more than {most} digits, zeros included"),
    "too_many_separators": _("{source}: {count} separators, expected at most {most}"),
    "too_many_values": _("{source}: more than {most} values"),
    "too_many_yaml_values": _("more than {most} values, aliases counted"),
    "true_or_false": _("true or false"),
    "unpacked_size": _("{size} bytes when unpacked, expected at most {most}"),
    "upload_ending": _("{name}: expected a file that ends with {endings}"),
    "value_not": _("{value!r}, expected {expected!r}"),
    "value_not_listed": _("{value!r}, expected one of {valid}"),
    "value_outlier": _(
        "{value!r} is outside {low} to {high}, where the earlier values {earlier} let it be "
        "expected"
    ),
    "without_entries": _("has no entries, expected one or more"),
    "wrong_kind": _("is {kind}, expected {expected}"),
}

_STORE = {
    "abstaining_not_allowed": _("{title!r} does not allow leaving comparisons out"),
    "account_disabled": _("The account “{name}” is disabled."),
    "account_first": _("The first account has to be an administrator's."),
    "account_name_taken": _("There is an account “{name}” already."),
    "account_of_provider": _(
        "“{name}” signs in at your organization's provider, which says with which password, and in "
        "which roles."
    ),
    "account_password_short": _(
        "The password has {length} characters, expected at least {least}, such as four random "
        "words."
    ),
    "account_password_wrong": _("The current password is wrong."),
    "account_without_role": _("Please choose a role or more."),
    "answers_missing": _(
        "expert {name!r} has answered {answered} of {total} comparisons, still missing: {missing}"
    ),
    "answers_submitted": _("“{name}” has submitted, the answers are locked."),
    "certificate_is_none": _("{source}: holds no certificate of a root authority in PEM"),
    "chain_actor": _("it does not say who did it"),
    "chain_broken": _("it does not continue the event before it"),
    "chain_format": _("its format is {format}, expected one up to {newest}"),
    "chain_format_older": _("its format is {format}, older than that of the event before it"),
    "chain_gap": _("event {seq} is missing before it"),
    "chain_hash": _("its content does not match its hash"),
    "chain_head": _("it ends the log, but the study's head is event {seq} with hash {hash!r}"),
    "chain_of_evaluations": _("evaluation {id}"),
    "chain_of_studies": _("study {id}"),
    "chain_seal_missing": _("the part before it is in an older format and was not sealed"),
    "chain_seal_needless": _("it seals nothing: the part before it is in the same format"),
    "chain_seal_wrong": _("it does not name the last hash of the part it seals"),
    "chain_survey": _("its survey hash is not that of the study's survey"),
    "checkpoint_begun": _(
        "{path}: this file of checkpoints was begun just now, although {other} has some already; "
        "if it is not new, please look whether what lies there is mounted"
    ),
    "checkpoint_key": _(
        "{source}, line {line}: this checkpoint was signed with the key {signed}, expected "
        "{known}; give the server's public key by --key"
    ),
    "checkpoint_longer": _(
        "{book}: event {seq} is missing, the log ends with event {last}, a checkpoint has {size} "
        "events ({source}, line {line})"
    ),
    "checkpoint_no_part": _("{source}, line {line}: no part of a checkpoint, left out"),
    "checkpoint_of_nothing": _(
        "{book}: there is no such log any more, a checkpoint has {size} events of it ({source}, "
        "line {line})"
    ),
    "checkpoint_other": _(
        "{book}: events {first} to {size} are not those of a checkpoint ({source}, line {line})"
    ),
    "checkpoint_renamed": _(
        "{path}: this file of checkpoints was begun just now, although {other} has some of the "
        "same logs; if that is this database at an earlier address or under an earlier name, "
        "please stop the server, and give that file the name of this one"
    ),
    "checkpoint_signature": _(
        "{source}, line {line}: the signature is not that of the key {key} over this checkpoint"
    ),
    "checkpoint_unwritten": _("{path}: checkpoints cannot be written: {problem}"),
    "checkpoints_none": _("{source}: there is no checkpoint in it"),
    "compared_nothing": _("parent = {parent!r}, the survey compares nothing below it"),
    "backup_damaged": _(
        "{source}: is no backup, or is damaged: its bytes are not those that were written"
    ),
    "backup_damaged_source": _("{location}: SQLite finds it damaged: {problem}"),
    "backup_exists": _("{path}: there is such a file; a backup overwrites nothing"),
    "backup_format": _(
        "{source}: a backup in format {found}, this version of ahp reads those up to {newest}; use "
        "a newer version of ahp"
    ),
    "backup_is_none": _("{source}: is no backup made by ahp backup"),
    "backup_log_differs": _(
        "{source}: the log of {id} ({title!r}) is another one in the copy, with {found} events, "
        "expected {expected}"
    ),
    "backup_newer": _(
        "{source}: the backup was made by ahp {version} of a database at revision {found!r}, this "
        "version of ahp knows those up to {known!r}; use a newer version of ahp"
    ),
    "backup_not_noted": _(
        "{path}: the backup is whole, but the database could not note that there is one: {problem}"
    ),
    "backup_of_nothing": _("{location}: there is nothing of ahp in it"),
    "backup_part_differs": _("{source}: {name} in it is not what its manifest says"),
    "backup_tool_fails": _("{tool} fails: {problem}"),
    "backup_tool_missing": _(
        "{tool} is needed, and not found: install PostgreSQL's client programs of the server's "
        "version or newer (Debian: apt-get install postgresql-client)"
    ),
    "backup_tool_older": _(
        "{tool} is of PostgreSQL {found}, the server of {needed}: install client programs of "
        "version {needed} or newer"
    ),
    "backup_unwritable": _("{path}: the backup can't be written: {problem}"),
    "backup_without_key": _(
        "{path}: the signing key is NOT in this backup, and a server of the restored database does "
        "not start without it: {problem}"
    ),
    "contradictions_stay": _(
        "expert {name!r} has contradicting answers below {parents!r}, which this study wants to be "
        "mended"
    ),
    "contradictions_stay_without_reason": _(
        "expert {name!r} has contradicting answers below {parents!r}, which this study wants to be "
        "mended, or kept with a reason"
    ),
    "connections_number": _("{variable} = {value!r}, expected a whole number from 1 to 9999"),
    "database_busy": _(
        "{location}: all {count} connections of this process were in use for {seconds} seconds; "
        "{variable} says how many it may open"
    ),
    "database_changed": _(
        "{location}: the database is at revision {found!r}, this version of ahp expects {known!r}; "
        "another version has changed it meanwhile"
    ),
    "database_connections": _(
        "{location}: the server takes {most} connections of this user at most, and each process "
        "opens up to {count}; set {variable} to fewer, so that all processes together stay below"
    ),
    "database_earlier": _(
        "{location}: the database is of an earlier version, at revision {found!r}; it stays as "
        "it is, what follows is said of a copy brought up to {to!r}"
    ),
    "database_fails": _("{location}: {problem}"),
    "database_folder": _("{path}: cannot be created: {problem}"),
    "database_in_memory": _(
        "an in-memory database forgets every answer, expected sqlite:///path/to/file.db"
    ),
    "database_locked": _("{location}: database is locked"),
    "database_missing": _("{path}: there is no database"),
    "database_newer": _(
        "{location}: the database is at revision {found!r}, this version of ahp knows those up to "
        "{known!r}; use a newer version of ahp"
    ),
    "database_pragma": _("PRAGMA {name} is {found!r}, expected {expected!r}"),
    "database_url": _(
        "the database URL cannot be read, expected sqlite:///path/to/file.db or "
        "postgresql://user:password@host/database"
    ),
    "database_url_options": _("{url}, expected sqlite:///path/to/file.db without options"),
    "database_url_scheme": _(
        "the database URL begins with {scheme}://, expected sqlite:// or postgresql://"
    ),
    "database_without_log": _("{location}: the database has no log of ahp"),
    "database_written_meanwhile": _(
        "{location}: the database was written while it was read; please verify again"
    ),
    "durability_commit": _(
        "The database confirms answers before they are on its disk (synchronous_commit is off): a "
        "crash of its server takes the last of them. Set it right: "
        "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"
    ),
    "durability_fsync": _(
        "The database doesn't wait for its disk (fsync is off): a power cut can take confirmed "
        "answers, and the whole database with them. Set it right: "
        "ALTER SYSTEM SET fsync = on; SELECT pg_reload_conf();"
    ),
    "durability_local": _(
        "The database confirms answers before its standby has them (synchronous_commit is local): "
        "when the standby takes over, the last of them are lost. Set it right: "
        "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"
    ),
    "durability_pages": _(
        "The database writes no full pages (full_page_writes is off): a power cut can damage what "
        "it has. Set it right: ALTER SYSTEM SET full_page_writes = on; SELECT pg_reload_conf();"
    ),
    "durability_standby": _(
        "The database doesn't wait for its standby: when that takes over, the last confirmed "
        "answers are lost. Have it wait: "
        "ALTER SYSTEM SET synchronous_standby_names = '*'; SELECT pg_reload_conf();"
    ),
    "entry_no_text": _("{name} = {value!r}, expected text"),
    "event_adds_again": _("it adds the expert {expert!r}, whose id is taken or missing"),
    "event_anonymous_without_room": _("nobody may come by the anonymous link then"),
    "event_after_answering": _("the expert had answered before it"),
    "event_after_closing": _("round {round} was closed before it"),
    "event_after_submitting": _("the expert had submitted before it"),
    "event_archives_again": _("the study was archived before it"),
    "event_column": _("its {name} is {value!r}"),
    "event_creates_nothing": _("it creates no study"),
    "event_detail_lacks": _("its detail has no {name}"),
    "event_id_form": _(
        "event_id = {event_id!r}, expected 1 to 64 letters, digits, hyphens or underscores"
    ),
    "event_kind": _("its kind is {kind!r}, expected one of {kinds}"),
    "event_name_taken": _("the study had an expert {name!r} before it"),
    "event_not_first": _("it is not the first event of a study"),
    "event_of_another_round": _("it is of round {round}, out of turn"),
    "event_of_nobody": _("no event before it added the expert {expert!r}"),
    "event_refused": _("the log does not take this: {problem}"),
    "event_report_of_no_round": _("the study has no round {round} to report on"),
    "event_sent_twice": _(
        "event {event_id!r} was sent twice, first with {name} = {first!r}, "
        "now with {name} = {now!r}"
    ),
    "event_signs_running_round": _("round {round} was running: its report can't be signed"),
    "event_time": _("its time is {time!r}"),
    "event_unarchives_again": _("the study was in the lists before it"),
    "event_unfit": _("it does not fit the study: {problem}"),
    "evidence_differs": _("its evidence does not follow from the log: {difference}"),
    "evidence_no_object": _("its evidence is {found}, expected an object"),
    "evidence_no_result": _("no result follows from its round: {problem}"),
    "evidence_of_nobody": _(
        "its evidence does not follow from the log: it has some, though nobody submitted an answer"
    ),
    "evidence_unreadable": _("its evidence cannot be read: {problem}"),
    "expert_recused": _("expert {name!r} is recused from {parent!r} and not asked there"),
    "expert_stays": _(
        "“{name}” has answered in “{title}” and stays there with this name and organization."
    ),
    "draft_changed": _(
        "This draft was changed in another window meanwhile. What is stored there is shown now; "
        "your last change is not in it, please make it again."
    ),
    "draft_gone": _(
        "This draft is not there any more: it was deleted, by someone else or in another window."
    ),
    "export_column": _("{place}: {name} is {found}, expected {expected}"),
    "export_keys": _("{place}: {found}, expected an object with {keys}"),
    "export_kind": _(
        "{source}: kind {kind} with format {format}, expected {name!r} with a format up to {newest}"
    ),
    "export_contradicts_itself": _(
        "{source}: an event or an expert stands in it twice, or an event is of an expert it hasn't"
    ),
    "export_known": _("{source}: this database has the study {title!r} already"),
    "export_no_list": _("{place}: expected a list"),
    "export_no_text": _("{place}: {name} is {found}, expected text"),
    "export_not_unicode": _("{source}: has half a character, expected Unicode: {problem}"),
    "export_not_read_back": _(
        "Written into a file, this could not be read back: {problem}. Keep a copy of the database "
        "instead, and begin a new evaluation or study for what comes next."
    ),
    "export_number": _("a whole number from 0 to {largest}"),
    "export_survey": _("{source}: survey: {problem}"),
    "export_text_or_null": _("text or null"),
    "key_gone": _(
        "{path}: there is no signing key, and the database knows the key {known}; if the database "
        "was copied from another folder or computer, copy signing_key.pem from there to this "
        "place, too; if several processes share it, let {variable} name the same file in all of "
        "them; if that key is lost, “ahp receipt key --accept” makes a new one: receipts signed "
        "until now then verify with the old public key only, and second factors have to be set up "
        "again"
    ),
    "key_is_none": _(
        "{path}: holds no Ed25519 key in PKCS #8 PEM without a password; put the key back from its "
        "backup, or move the file away, so that a new key is made: receipts signed until now then "
        "verify with the old public key only"
    ),
    "key_missing": _("{path}: there is no signing key; give the server's public key by --key"),
    "key_other": _(
        "{path}: holds the signing key {found}, and the database knows the key {known}; if the "
        "database was copied from another folder or computer, put signing_key.pem from there in "
        "this place; if several processes share it, let {variable} name the same file in all of "
        "them; if that key is lost, “ahp receipt key --accept” takes this one: receipts signed "
        "until now then verify with the old public key only, and second factors have to be set up "
        "again"
    ),
    "key_unreadable": _(
        "{path}: the server's signing key cannot be read or made: {problem}; make the file "
        "readable and its folder writable, or set {variable} to another file"
    ),
    "link_closed": _(
        "This round is closed, nothing more can be answered. Thank you for taking part. "
        "Should the organizer open another round, this link works again."
    ),
    "link_code_unknown": _("This code is not known. Please check every character."),
    "link_full": _(
        "As many people as the organizer asked have begun by this link. Whoever has begun can go "
        "on with their code."
    ),
    "link_later": _(
        "This was tried often from your network just now. Please wait a minute and try again."
    ),
    "link_not_here": _("This was not recorded."),
    "link_paused": _(
        "Nobody can begin by this link at the moment. Whoever has begun can go on with their code."
    ),
    "link_revoked": _(
        "This link is no longer valid. Please use the newest link you were sent, "
        "or ask the organizer for a new one."
    ),
    "link_unknown": _(
        "This link is not known. Please check that it was copied completely, "
        "or ask the organizer for a new one."
    ),
    "log_ends": _("{book}: event {seq} is missing, the log ends with event {last}"),
    "log_event": _("{book}, event {seq} ({event_id}): {problem}"),
    "log_of_a_study": _("study {id} ({title!r})"),
    "log_of_no_study": _(
        "event {seq} ({event_id}) belongs to no study: there is none with the id {study_id!r}"
    ),
    "may_not_accounts": _("“{name}” may not change accounts: this takes an administrator."),
    "may_not_back_up": _("“{name}” may not make backups: this takes an administrator."),
    "may_not_close_rounds": _(
        "“{name}” may not close or open rounds: this takes an organizer or a head."
    ),
    "may_not_run_studies": _("“{name}” may not change studies: this takes an organizer."),
    "name_not_a_line": _("Please write a name, in one line."),
    "name_taken": _("This study has an expert “{name}” already."),
    "no_account": _("no account {id!r}"),
    "mail_not_needed": _("“{name}” has submitted meanwhile."),
    "mail_under_way": _("An e-mail to “{name}” is being sent already."),
    "mailed_unnoted": _("It was sent, but this could not be noted: {problem}"),
    "mailed_meanwhile": _("“{name}” has been written to meanwhile."),
    "no_anonymous_link": _("“{title}” has no anonymous link."),
    "no_active_link": _("“{name}” has no link that works."),
    "email_of_nobody": _("“{line}”: expected an expert of this study and an e-mail address."),
    "no_email": _("“{name}” has no e-mail address."),
    "no_email_address": _("“{text}” is no e-mail address, expected one such as name@example.org."),
    "no_expert": _("no expert {id!r}"),
    "no_study": _("no study {id!r}"),
    "not_submitted": _("expert {name!r} has not submitted in round {round}"),
    "note_not_a_line": _("Please write the note in one line."),
    "organization_not_a_line": _("Please write the organization in one line."),
    "pair_not_compared": _(
        "survey {survey!r} does not compare {left!r} and {right!r} under {parent!r}"
    ),
    "passwords_tried": _("Too many wrong passwords. Wait a minute and try again."),
    "provider_away": _(
        "“{provider}” can't be reached at the moment. Try again in a few minutes; if it stays so, "
        "tell who runs this server."
    ),
    "provider_clock": _(
        "The clocks of this server and of “{provider}” differ by more than two minutes, so nobody "
        "can sign in. Please tell who runs this server."
    ),
    "provider_denied": _("You did not sign in at “{provider}”. Please try again."),
    "provider_no_role": _(
        "“{provider}” knows you as {name}, but you have no role here. Ask your administrator for a "
        "group that has one, then sign in again."
    ),
    "provider_refuses": _(
        "“{provider}” refuses the sign-in ({problem}). Please tell who runs this server."
    ),
    "provider_state": _(
        "This sign-in was begun in another browser, or more than ten minutes ago. Please begin "
        "again."
    ),
    "provider_untrusted": _(
        "The answer of “{provider}” can't be trusted. Please begin again; if it happens again, "
        "tell who runs this server: its log says why."
    ),
    "public_key_is_none": _("{source}: holds no Ed25519 public key in PEM"),
    "receipt_differs": _("{check}: {name} is {stated} in the receipt, {logged} in the export"),
    "receipt_expert": _("expert: {problem}"),
    "receipt_key": _("key: {file} holds the key {found}, the receipt was signed with {signed}"),
    "receipt_log": _("log: {source}: {problem}"),
    "receipt_signature": _("signature: it is not that of the key over this content"),
    "recused_everywhere": _(
        "{name} would be recused from every comparison; please revoke the link instead."
    ),
    "recused_from": _("recused from {parent!r}, expected one of {parents!r}"),
    "restore_not_empty": _(
        "{location}: there is something in it; a backup is restored into a database that is new or "
        "empty"
    ),
    "restore_unwritable": _("{location}: the backup can't be restored here: {problem}"),
    "round_closed": _("Round {round} of “{title}” is closed."),
    "round_is_another": _("Round {round} of “{title}” is closed, round {open} is open."),
    "round_next": _("The next round of “{title}” is {next}, not {round}."),
    "round_not_closed": _("Round {round} of “{title}” was not closed: {problem}"),
    "round_open": _("Round {round} of “{title}” is open; please close it first."),
    "row_missing": _("the log ends here, and the expert {expert!r} is not in the list of experts"),
    "row_of_expert_differs": _(
        "the log ends here, and the expert {expert!r} has {name} {found!r}, by the log {expected!r}"
    ),
    "row_of_nobody": _("the log ends here, and no event added the expert {expert!r}"),
    "row_of_study_differs": _(
        "the log ends here, and the study has {name} {found!r}, by the log {expected!r}"
    ),
    "first_person_without_account": _(
        "This takes two people with accounts of their own, and the first step was done without "
        "one. Take it back, and let somebody with an account do it again."
    ),
    "second_factor_code": _(
        "This code is wrong, or was used before. Wait for the next one. If none works, set the "
        "clock of your phone to automatic."
    ),
    "second_factor_none": _("The account “{name}” has no second factor."),
    "second_factor_there": _("Your account has a second factor already."),
    "second_person_is_first": _("This takes two people: somebody else has to do the second step."),
    "second_person_without_account": _(
        "This takes two people, and both need accounts of their own: sign in with yours, or have "
        "one made on the page “Accounts”."
    ),
    "stamp_late": _("there was no answer in time"),
    "stamp_missing": _("{url}: no time stamp: {problem}"),
    "stamp_not_granted": _("the authority did not grant it"),
    "stamp_of_another": _("the answer is about something else"),
    "stamp_status": _("the answer has the status {status}"),
    "stamp_unreachable": _("it cannot be reached: {reason}"),
    "stamp_unreadable": _("the answer is no time stamp"),
    "stamp_url": _(
        "{url!r}, expected the address of a time-stamping authority with http:// or https://"
    ),
    "stamp_wrong": _(
        "{source}, line {line}: the time stamp is not one of this authority over this "
        "checkpoint: {problem}"
    ),
    "stamps_none": _("no checkpoint has a time stamp, expected one or more to verify by --tsa"),
    "standing_of_nobody": _("a standing of {name!r}, who is not among the experts to add"),
    "report_before_figures": _("the figures of {period} are signed before the report on them"),
    "report_signed_by_nobody": _("a signed report names its signer and the hash of its sentences"),
    "standing_recused_everywhere": _("the expert is recused from every comparison"),
    "text_not_unicode": _("the text has signs that cannot be stored, expected Unicode text"),
    "public_address_missing": _("Please write the address that people open."),
    "public_address": _(
        "{address}: please write an address such as https://survey.example.org or "
        "http://192.168.1.5:8501, with nothing behind it"
    ),
    "nobody_stated": _("Please choose who said so."),
    "stated_not_a_line": _("Please write where they said so, in one line."),
    "time_after_checkpoint": _(
        "{book}, event {seq}: its time is {time}, but a checkpoint that has it was signed at "
        "{after}"
    ),
    "time_after_stamp": _(
        "{book}, event {seq}: its time is {time}, but a checkpoint that has it was time-stamped "
        "at {after}"
    ),
    "time_before_checkpoint": _(
        "{book}, event {seq}: its time is {time}, but it was not there yet when a checkpoint was "
        "signed after {before}"
    ),
    "time_before_stamp": _(
        "{book}, event {seq}: its time is {time}, but it was not there yet when a checkpoint was "
        "signed and time-stamped after {before}"
    ),
    "times_ahead": _("times after now: {count}, first at event {seq}, {time}"),
    "times_backwards": _(
        "times that run backwards: {count}, first at event {seq}, {time} after {before}"
    ),
    "title_not_a_line": _("Please write a title, in one line."),
    "value_of_a_spreadsheet": _("value = {reason}"),
    "value_off_the_scale": _("value = {value!r}, expected one of {valid}"),
    "keyed_differently": _(
        "the questionnaire of {name!r}: {count} comparisons were keyed in differently, expected "
        "what stands on paper for each"
    ),
    "keyed_once": _("the questionnaire of {name!r} was not keyed in by two persons yet"),
    "keyed_twice": _(
        "the questionnaire of {name!r} was keyed in by two persons already; say that it is keyed "
        "in anew to put aside what both read"
    ),
    "self_rating_missing": _(
        "expert {name!r} has not said what they judge from and how familiar they are with the "
        "matter, which this study asks for before submitting"
    ),
    "self_rating_not_asked": _("{title!r} does not ask experts to rate themselves"),
    "weights_of_others": _("weights of {found!r}, expected one for each of {expected!r}"),
    "wording_empty": _("Please write a text in place of the one that is mended."),
    "wording_is_another": _("The text is “{now}” meanwhile, no longer “{old}”. Please look again."),
    "wording_not_there": _("The survey has no text “{inside}” that could be mended."),
    "wording_shared": _("Another item of the survey is, or was, called “{name}”."),
}

_APP = {
    "font_missing": _(
        "no font for {letters!r}: install one that has these characters, such as {fonts}"
    ),
    "groups_most": _("{count} groups, expected {most} or fewer in one picture"),
    "password_short": _(
        "{variable} has {length} characters, expected at least {least}: set a longer one, such "
        "as four random words, or unset it to sign in by the link in the terminal"
    ),
    "mail_certificate": _(
        "{where}: the certificate of the mail server is not trusted ({problem}). Nothing was sent."
    ),
    "mail_half_signed_in": _(
        "AHP_SMTP_USER and AHP_SMTP_PASSWORD (or AHP_SMTP_PASSWORD_FILE): one is set, expected "
        "both or none"
    ),
    "mail_hung_up": _("the server ended the connection"),
    "mail_left": _("Not sent, as something else was clicked on the page meanwhile."),
    "mail_lost": _(
        "The connection to the mail server was lost ({problem}). This e-mail may have been sent or "
        "not."
    ),
    "mail_no_answer": _("no answer within {seconds} seconds"),
    "mail_no_host": _("there is no server of this name"),
    "mail_nobody_listens": _("nobody listens there"),
    "mail_not_offered": _("the server does not offer encryption, or signing in, as it is set"),
    "mail_password": _("AHP_SMTP_PASSWORD_FILE: {path} cannot be read: {problem}"),
    "mail_password_in_the_open": _(
        "AHP_SMTP_SECURITY = none would send the password to {host} unencrypted: expected starttls "
        "or tls, or no AHP_SMTP_USER"
    ),
    "mail_port": _("AHP_SMTP_PORT = {text!r}, expected a number from 1 to 65535"),
    "mail_recipient_refused": _("The mail server refuses this address: {reply}"),
    "mail_refused": _("The mail server refuses this e-mail: {reply}"),
    "mail_security": _("AHP_SMTP_SECURITY = {text!r}, expected one of {valid!r}"),
    "mail_sender": _(
        "AHP_SMTP_SENDER = {text!r}, expected an address such as survey@example.org, or a name and "
        "an address: Survey <survey@example.org>"
    ),
    "mail_sign_in": _("{where}: user or password is refused: {reply}"),
    "mail_sign_in_ascii": _(
        "AHP_SMTP_USER and the password: expected ASCII letters, digits and signs, which are all "
        "that can be sent"
    ),
    "mail_unreachable": _("{where} can't be reached: {problem}"),
    "port_refused": _("{host}:{port} cannot be opened ({problem}); choose another {option}"),
    "proxy_unreadable": _(
        "{variable}: {text!r}, expected addresses and networks such as 10.0.0.5 or 172.18.0.0/16, "
        "with commas between them"
    ),
    "proxies_renamed": _(
        "{before} is not looked at any more: say in {variable} which proxies are believed."
    ),
    "base_url": _(
        "{variable} = {address}, expected an address such as https://survey.example.org, with "
        "nothing behind it"
    ),
    "provider_address": _(
        "{variable} = {address}, expected an address with https:// (http:// on this machine alone)"
    ),
    "provider_incomplete": _("AHP_OIDC_ISSUER is set, but {variable} isn't"),
    "provider_roles": _(
        "AHP_OIDC_ROLES = {text}, expected claim:group=role,group=role with roles of {valid!r}"
    ),
    "provider_secret": _("AHP_OIDC_CLIENT_SECRET_FILE: {path} cannot be read: {problem}"),
    "screen_unknown": _("place = {screen!r}, expected a comparison of the survey"),
    "streamlit_changed": _(
        "Streamlit {version} works differently from the versions this program was made for "
        "({missing}). Install the versions in constraints.txt."
    ),
    "streamlit_dialogs": _("the setting that keeps its own dialogs away"),
    "streamlit_downloads": _("the address of downloads"),
    "streamlit_page": _("the page that it begins with"),
    "streamlit_runs": _("what runs its pages"),
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
    "count_below_1": _("{option} = {value}, expected 1 or more"),
    "expert_weight_twice": _("{name!r} has two weights, expected one"),
    "expert_weight_unreadable": _("{text!r}, expected NAME=WEIGHT such as E1=0.2"),
    "option_alone": _("{option} is of no use without {other}"),
    "option_ambiguous": _("ambiguous option: {option} could match {matches}"),
    "option_missing": _("{option} is missing, expected with {read} to {written}: {reason}"),
    "option_takes_nothing": _("ignored explicit argument {value}"),
    "option_useless": _("{option} {given}, expected none with {read} to {written}"),
    "port_out_of_range": _("{text!r}, expected a port from 1 to 65535"),
    "reason_language": _("a survey file tells the language of its names"),
    "reason_no_survey": _("answers files have no survey"),
    "reason_sign": _("ahpsurvey tables have a sign convention"),
    "system_refuses": _("[Errno {number}] {reason}: {file!r}"),
}

_SCORING = {
    "active_order": _("is before {first}, expected the day it begins with or a later one"),
    "amount_unreadable": _("{text!r}, expected an amount of 0 or more"),
    "column_unexpected": _("not a column of this table, expected one of {valid}"),
    "date_after": _("{date} is after {on}, the day the ledger stands for"),
    "date_before": _("{date} is before the day of the error, {error}"),
    "ledger_feeds_none": _(
        "no derived indicator of {scheme!r} has inputs that a ledger counts alone: {valid}"
    ),
    "ledger_rows_alike": _("rows {lines} say the same as another one; each counts as an error"),
    "view_empty": _("no indicator has the view {view!r}, expected one of {valid}"),
    "vouchers_missing": _("no number of vouchers for {unit!r} in {period}"),
    "vouchers_none": _("no numbers of vouchers, expected one for each unit and period"),
    "vouchers_unreadable": _("{text!r}, expected a whole number of vouchers above 0"),
    "a_half": _("a half-year"),
    "a_month": _("a month"),
    "a_quarter": _("a quarter"),
    "a_year": _("a year"),
    "account_twice": _("a second account {account!r}, expected each once"),
    "amount_of_other": _("a cell that product {product!r} doesn't have, expected none"),
    "balance_twice": _(
        "the balance on card {card!r} would count twice, expected 0 as its net deposit income"
    ),
    "bands_begin": _(
        "the lowest band begins at {lowest}, totals at {floor}: below it there is no band"
    ),
    "bands_gap": _(
        "between {below} and {at_least} there is no band ({worse!r} ends, {better!r} begins)"
    ),
    "bands_none": _("no bands, expected one or more"),
    "bands_order": _("not below the band before it, expected bands from the best down"),
    "bands_overlap": _(
        "bands {worse!r} and {better!r} overlap from {at_least} to {below}; the better one counts"
    ),
    "cap_not_positive": _("cap {cap}, expected above 0"),
    "card_unknown": _("customer {customer!r} has no card {card!r} in this file"),
    "cell_beyond": _("{text!r} stands beyond the headers"),
    "cell_empty": _("is empty"),
    "cell_is_error": _("{text!r} is an error of a spreadsheet, expected a value"),
    "cell_too_long": _("has {count} characters, expected at most {most}"),
    "cell_twice": _("{value!r}, but row {line} says {other!r} of the same cell"),
    "cell_uncalculated": _(
        "is a formula that was never calculated; open the file in a spreadsheet program and save it"
    ),
    "column_not_known": _("not a column of observations, expected one of {valid}"),
    "column_twice": _("a second column for {role!r}, expected one"),
    "column_unknown": _(
        "not a column of observations, expected one of {valid}; {missing} is missing"
    ),
    "columns_missing": _("{place}: column {missing} is missing"),
    "comma_unclear": _("{text!r} may be {one} or {other}, expected it without a comma"),
    "condition_ends": _("expected below or above, one of both"),
    "count_expected": _(
        "{value!r}, expected a whole number of times, 0 or more, for {indicator!r}"
    ),
    "a_date": _("a date"),
    "date_unreadable": _("{text!r}, expected a date such as 2026-01-31"),
    "dates_order": _("before the date the scheme holds from"),
    "day_or_period": _("{text!r}, expected a day such as 2026-01-31 or a period such as 2026Q1"),
    "decision_without_veto": _(
        "a decision that must be collective or can't be delegated, expected a veto: its consequence"
    ),
    "decimals_too_many": _("{text!r} has too many decimals, expected at most {most}"),
    "derived_below_zero": _(
        "the formula of {indicator!r} gives a number below 0, expected 0 or more"
    ),
    "derived_too_large": _("the formula of {indicator!r} gives a number of more than 300 digits"),
    "digits_beyond": _(
        "expected weights with 1 to 9 digits, points with at most 9 and not fewer than totals"
    ),
    "digits_too_many": _("{text!r} has too many digits, expected at most {most}"),
    "draws_not_joined": _(
        "weights joined by {how!r} or with experts left out or down-weighted below a parent: "
        "judgments can't be perturbed, expected perturbation = None"
    ),
    "divisor_not_positive": _("{value}, expected above 0: it is divided by"),
    "duties_pair": _("{first!r} and {second!r}, expected two different duties, each pair once"),
    "formula_divides": _("division by 0 ({divisor}) in the formula {formula!r}"),
    "encoding_is": _("the file is read as {encoding}"),
    "encoding_unknown": _(
        "{source}: neither UTF-8, GBK, Big5 nor UTF-16; save the file as CSV UTF-8"
    ),
    "row_of_other_evidence": _(
        "row {line} says the same with other evidence ({other!r}), expected one row; the value of "
        "a deduction, a bonus or a veto is how many times"
    ),
    "evidence_missing": _("is empty, expected the document that shows it"),
    "formula_names": _("formula {formula!r}: unknown names {names!r}, expected {valid}"),
    "formula_part": _(
        "formula {formula!r}: {part!r}, expected + - * / ( ), min, max, sum, count, names and "
        "numbers alone"
    ),
    "formula_rows": _(
        "formula {formula!r}: {part!r} mixes rows {rows!r}, expected each joined by sum first"
    ),
    "formula_too_deep": _("formula {formula!r} is nested deeper than {most} levels"),
    "formula_too_long": _("the formula has {count} characters, expected at most {most}"),
    "formula_unreadable": _("formula {text!r} is not arithmetic from character {column} on"),
    "goal_has_parent": _("the goal has no parent, expected none"),
    "grades_unknown": _("no grades {name!r} in the scheme, expected one of {valid}"),
    "hierarchy_differs": _("below {parent!r} the scheme has {children}, the analysis {other}"),
    "indicator_unknown": _("{name!r} is no indicator of the scheme, expected one of {valid}"),
    "indicators_count": _("{count} indicators; {least} to {most} are usual"),
    "indicators_without_rule": _("no rule for {indicators}"),
    "input_twice": _("a second value of input {input!r} of one item, expected one"),
    "input_unexpected": _("{input!r}, expected none: {indicator!r} has no inputs"),
    "input_unknown": _("{input!r} is no input of {indicator!r}, expected one of {valid}"),
    "item_again": _("a second value of {item!r} by one rater, expected one"),
    "items_few": _("{count} items, expected {least} or more for a trimmed mean"),
    "key_points_low": _(
        "key points {items} of {indicator!r} are worth no more than a general one ({most})"
    ),
    "level_beyond": _("level {level}, expected above 0 and below 1"),
    "lower_unsaid": _(
        "where lower is better, expected lower = ratio (T/x) or difference (2 - x/T), else none"
    ),
    "merged_half": _("expected merged_into and merged_from, both or none"),
    "missing_band_sure": _("{unit}, {period}: {low}…{high}, {band!r} whatever is still to come"),
    "missing_decide_together": _(
        "{unit}, {period}: {low}…{high}, band not decided; {indicators} decide it together"
    ),
    "missing_decides": _(
        "{unit}, {period}: {low}…{high}, band not decided; {indicator} decides it"
    ),
    "marks_above": _("full marks of {nodes}, expected of indicators alone"),
    "near_below_zero": _("near {near}, expected 0 or more"),
    "no_accounts": _("{source}: no accounts below the headers"),
    "no_headers": _("{source}: no row with the columns {columns}"),
    "no_observations": _("{source}: no observations below the headers"),
    "no_rule": _("no rule for {indicators}, expected one for each indicator"),
    "no_sheet": _("{source}: no sheet is called {name!r}, expected one besides {valid}"),
    "no_scheme": _(
        "no scheme {name!r} comes with ahp, expected one of {valid} or a path to a .toml file"
    ),
    "no_round_closed": _("no round of the study is closed with a result, expected one or more"),
    "no_weights_in_json": _(
        "no weights, expected the evidence of a closed round or a whole study as the app hands it "
        "out"
    ),
    "node_twice": _("a second weight of {node!r}, expected one"),
    "not_below": _("{low} and {high}, expected the first below the second"),
    "nothing_counts": _("no indicator counts in {period}"),
    "number_expected": _("{value!r}, expected a number"),
    "number_in_brackets": _("{value!r}, expected a number; write {number}"),
    "number_or_word": _(
        "{value!r}, expected a number; leave the cell empty, or write 'n/a' or 'not reported'"
    ),
    "notices_none": _("no notices, expected those of one unit or more"),
    "nothing_observed": _("nothing was observed of {unit!r} in {period}"),
    "occurrence_unknown": _("{value!r} takes no points of {indicator!r}, expected one of {valid}"),
    "order_expected": _("expected {valid}, each once"),
    "pairs_not_simulated": _(
        "probabilities of one unit ahead of another were not asked for, expected simulate(…, "
        "pairs=True)"
    ),
    "period_after": _("{period} begins after the scheme ends ({date})"),
    "period_before": _("{period} ends before the scheme holds ({date})"),
    "period_kind": _("{period} is {kind}, expected {expected}"),
    "period_not_evaluated": _("period {period!r} was not evaluated, expected one of {valid}"),
    "period_of_others": _("{period} is made of other periods, expected one of these"),
    "period_order": _("{against} is not before {period}, expected an earlier period"),
    "period_unreadable": _("{text!r}, expected a period such as 2026-03, 2026Q1, 2026H1 or 2026"),
    "point_unknown": _("{value!r} is no control point of {indicator!r}, expected one of {valid}"),
    "points_beyond": _("points {points}, expected 0 to 100"),
    "points_not_positive": _("points {points}, expected above 0"),
    "raters_few": _("{count} raters, expected {least} or more"),
    "raters_least": _("expected 1 or more"),
    "product_cost": _(
        "kind {kind!r}, expected planned_cost and transactions with wealth, none with the others"
    ),
    "products_missing": _("no product of kind {kinds}, expected one or more of each"),
    "rating_none_of_rater": _(
        "{rater!r} didn't rate {cell}; what the others gave is shown to those alone who rated it"
    ),
    "rating_unknown": _("{value!r} is no grade of {indicator!r}, expected one of {valid}"),
    "ratings_few_to_show": _(
        "rated by {count}: what the others gave is shown from {least} raters on, since with fewer "
        "it would say who gave what"
    ),
    "ratings_none": _("nothing is rated by named raters in {period}"),
    "result_unknown": _(
        "{value!r} is no result of a control point of {indicator!r}, expected one of {valid}"
    ),
    "rows_above": _("rows {lines} above the headers are passed over"),
    "rows_twice": _("{count} rows say again what another one says; each counts once"),
    "rows_uncounted": _("{indicator!r} counts in {parts} alone; rows passed over: {count}"),
    "sample_beyond": _("expected samples of 1 or more, with no more in order than drawn"),
    "sample_least": _("sample, expected 1 or more"),
    "sample_unsaid": _(
        "{value!r} of {indicator!r}, expected how many of the sample are in order, such as 38/40"
    ),
    "scheme_survey_or_nodes": _("expected survey, or nodes, one of both"),
    "share_beyond": _("expected a share from 0 to 1"),
    "shares_sum": _("the shares of this cell sum to {total}, expected 1"),
    "spread_never": _(
        "{indicator!r}: a second round is due when raters lie more than {most} points apart, but "
        "its grades are {widest} apart at most"
    ),
    "spread_not_rated": _("expected none: raters give no grades here"),
    "spread_of_one": _(
        "{indicator!r}: a second round is due when raters lie more than {most} points apart, but "
        "one rater is enough"
    ),
    "steps_jump": _("points of {indicator!r} jump at {edge}, from {below} to {above}"),
    "steps_linear": _("the first and the last step have no end, expected one number of points"),
    "steps_open": _("expected two steps or more, each with up_to but the last"),
    "table_steps": _("expected ascending up_to, and one value more than these"),
    "target_not_positive": _("target {target}, expected above 0"),
    "template_long": _("{count} values to fill in, expected at most {most}: choose fewer units"),
    "text_languages": _("a text in {given}, expected in {languages}"),
    "text_unwritten": _("not written yet ({language})"),
    "the_scheme": _("the scheme"),
    "trial_no_data": _("{indicator!r} has no data in {period}"),
    "trial_refused": _("the data of {indicator!r} don't fit its new rule: {problem}"),
    "trend_empty": _("no periods, expected one or more"),
    "tree_too_deep": _("nested deeper than {most} levels below the goal"),
    "thresholds_points": _(
        "{thresholds} thresholds and {points} points of grades, expected as many, two or more"
    ),
    "tolerance_not_positive": _("tolerance {tolerance}, expected above 0"),
    "total_none": _("{unit!r} has no total in {period}"),
    "unit_again": _("unit {unit!r} stands twice, expected once"),
    "transfer_rates": _("{count} transfer rates, expected {expected}"),
    "unit_ambiguous": _("{name!r} may be {units!r}; give one of them another alias"),
    "unit_cell_beyond": _("{text!r} stands beyond the {most} columns"),
    "unit_column_again": _("the same column as {other!r}, expected one of them"),
    "unit_is_date": _("{text!r} is a date, expected the name of a unit"),
    "unit_list_refused": _("{problems:;}"),
    "unit_merged_already": _("{unit!r} went into {into!r} from {period} on"),
    "unit_merged_into_itself": _("{unit!r} can't go into itself"),
    "unit_merged_otherwise": _("only merging says what {unit!r} goes into"),
    "unit_name_in_period": _("two units are called {name!r} in {period}, expected one"),
    "unit_name_taken": _(
        "{name!r} is what {other!r} is called in the same period, expected another"
    ),
    "unit_named_so": _("the unit is called {name!r} already"),
    "unit_not_active": _("{unit!r} is not active in {period}"),
    "unit_not_evaluated": _("unit {unit!r} was not evaluated, expected one of {valid}"),
    "unit_not_listed": _("{unit!r} is no unit of the list"),
    "unit_twice": _("{unit!r} stands in two groups, expected one"),
    "unit_unknown": _("{unit!r} is no unit of the scheme, expected one of {valid}"),
    "unit_without_name": _("a unit has no name"),
    "units_unlike": _(
        "{name}: stated in {stated!r}, but in {other!r} where it stands first; state all of it in "
        "one unit of measure"
    ),
    "units_needed": _("no units: the scheme lists none, expected their names"),
    "units_most": _("{count} units, expected {most} or fewer in one picture"),
    "units_nearly_alike": _(
        "{units!r} differ in case, width or spaces alone; each counts as a unit"
    ),
    "units_no_names": _("columns {columns}, expected one with the heading {headings}"),
    "units_none": _("no unit stands in the list, expected one or more"),
    "value_below_zero": _("{value!r} of {indicator!r} is below 0, expected 0 or more"),
    "value_invalid": _("{value!r} cannot be for {indicator!r}, expected {low} to {high}"),
    "value_no_number": _("{value!r}, expected a number for {indicator!r}"),
    "veto_band": _("effect {effect!r}, expected a band with cap and band, none with the others"),
    "veto_of_point": _(
        "a veto, expected on a key point that is checked as a whole, without a sample"
    ),
    "warning_edge": _("{unit}, {period}: {total} is {above} above the edge of {band!r}"),
    "warning_fall": _("{unit}, {period}: {total}, {fall} less than the period before"),
    "warning_falls": _("{unit}, {period}: {total}, fallen {count} times in a row"),
    "warning_floor": _("{unit}, {period}: {total} is below {floor}"),
    "warning_median": _("{unit}, {period}: {total}, the median of its group is {median}"),
    "warning_veto_above": _(
        "{unit}, {period}: {indicator!r} is {number}; above {end} the veto {veto!r} falls"
    ),
    "warning_veto_below": _(
        "{unit}, {period}: {indicator!r} is {number}; below {end} the veto {veto!r} falls"
    ),
    "weight_below_zero": _("weight {weight}, expected 0 or more"),
    "weight_below_zero_of": _("weight {value} of {node!r}, expected 0 or more"),
    "weight_text": _("{text!r}, expected a weight of 0 or more"),
    "weight_unreadable": _("weight {value} of {node!r}, expected a number"),
    "weights_below_sum": _("weights below {parent!r} sum to {total}, expected 1"),
    "weights_divided": _(
        "the weights below {parent!r} sum to {total}; divided by it they sum to 1"
    ),
    "weights_header": _("{count} columns of {valid}, expected one"),
    "weights_missing": _("no weight for {nodes}"),
    "weights_or_marks": _("expected weights, or full_marks, one of both"),
    "weights_source": _(
        "weights of kind {kind!r}, expected study, title, round, experts and hash with round alone"
    ),
    "weights_table": _("no table [weights], expected one with a weight a node"),
    "weights_unknown": _("weights of {nodes}, which the scheme doesn't have; expected {valid}"),
    "weights_zero": _("all are 0, expected one above 0"),
    "word_twice": _("{word!r} is also an id or a name in {other}, expected others"),
    "year_weights": _("expected {count} weights of 0 or more that sum to 1"),
}

_EVALUATIONS = {
    "act_of_another_kind": _("this is not for who did it"),
    "act_of_another_person": _("somebody else did it than the event says"),
    "appeal_decided_already": _("This appeal is decided already."),
    "appeal_link_without_account": _(
        "This takes two people with accounts of their own, and the personal link by which the "
        "appeal was made was issued without one, so that nobody can tell who opened it. Let "
        "somebody with an account issue the contact a new link, reject this appeal for that "
        "reason, and let the contact appeal again. If the time to appeal is over, undo the check, "
        "finish it, and send the notices out again first."
    ),
    "appeal_needs_value": _(
        "An appeal that is granted needs the right value, one that is rejected has none."
    ),
    "appeal_of_another_cell": _("The value is for another unit or indicator than the appeal."),
    "appeal_of_another_unit": _("A contact can appeal for their own unit only."),
    "appeal_too_late": _("Appeals were possible until {date}."),
    "appeal_twice": _("This appeal was made already."),
    "appeal_waits": _("{unit!r}, {indicator!r}: an appeal waits for its decision."),
    "appeal_without_reason": _("Please say why you appeal."),
    "appeals_until_past": _("Appeals until {date}, expected today or a later date."),
    "attachment_empty": _("{name!r} is empty."),
    "attachment_kind": _("{name!r} can't be attached: expected one of {kinds}."),
    "attachment_large": _(
        "{name!r} is too large: expected {most} MB at most. Take a photo with a lower resolution, "
        "or attach the pages that matter."
    ),
    "attachments_large": _(
        "{name!r} can't be attached: what you have attached in {period} would be more than {most} "
        "MB. Please say in the note where the evidence is kept, with its document number."
    ),
    "attachments_many": _("More than {most} files can't be attached here."),
    "cell_has_no_value": _("{unit!r} has no value of {indicator!r}"),
    "cell_recorded_twice": _("{unit!r}, {indicator!r}: two values, expected one"),
    "check_while_rating": _("Round {round} of rating is open: close it, then finish the check."),
    "check_while_undecided": _(
        "{count} deductions, bonuses or vetoes wait for a second person: confirm or reject "
        "them, then finish the check."
    ),
    "contact_without_unit": _("{name!r} needs the unit that they answer for."),
    "correction_empty": _("A correction needs at least one value."),
    "correction_is_another": _(
        "Another correction of {period} has been proposed meanwhile; look at it again."
    ),
    "correction_waits": _(
        "A correction of {period} waits for a signature: sign or withdraw it first."
    ),
    "correction_without_reason": _("Please say why this is corrected."),
    "dates_without_reason": _("Please say why the dates change."),
    "decision_stays": _(
        "{unit!r}, {indicator!r}: this value was decided on an appeal, and a decision can't be "
        "taken back. If it is wrong, propose a correction once the period is signed."
    ),
    "decision_without_reason": _("Please give a reason for the decision."),
    "day_in_zone": _("{date} ({zone})"),
    "entry_is_another": _(
        "{unit!r}, {indicator!r}: the entry has changed meanwhile; look at it again."
    ),
    "entry_stays": _(
        "{unit}, {indicator}: a second person has confirmed it, so nobody changes it or takes it "
        "away alone. A second person rejects it first."
    ),
    "entry_without_document": _(
        "{unit!r}, {indicator!r}: a deduction, bonus or veto needs the number of its document."
    ),
    "event_detail_otherwise": _("detail is not written as it is here: {expected}"),
    "export_events_in": _("{source}: events in {found!r}, expected {expected!r}"),
    "export_file_differs": _("{source}: file {sha256} has another content than its SHA-256 says"),
    "export_file_unnamed": _("{source}: no event names the file {sha256}"),
    "export_known_evaluation": _("{source}: this database has the evaluation {title!r} already"),
    "export_while_rating": _(
        "{period}: round {round} of rating is open. Its ratings are seen by nobody before it is "
        "closed; close it, then download the evaluation."
    ),
    "figures_changed": _(
        "The figures have changed since you opened this page. Look at them again, then sign."
    ),
    "files_large": _(
        "{name!r} can't be attached: the files of this evaluation would be more than {most} MB. "
        "Please say in words where the evidence is kept, with its document number."
    ),
    "file_differs": _("file {name!r} is not the one that was kept"),
    "file_gone": _("file {name!r} is not there any more"),
    "file_gone_here": _("there is no file {sha256!r}"),
    "file_missing": _("file {name!r} did not come along"),
    "indicator_not_in_scheme": _(
        "{indicator!r} is neither an indicator nor a deduction, bonus or veto of the scheme"
    ),
    "log_of_an_evaluation": _("evaluation {title!r} ({id})"),
    "log_of_no_evaluation": _(
        "event {seq} ({event_id}) belongs to evaluation {id!r}, which there is not"
    ),
    "may_not_run_evaluations": _("“{name}” may not change evaluations: this takes an organizer."),
    "may_not_sign": _("“{name}” may not do this: it takes the head."),
    "names_left_out": _("left out, as you said: {names!r}"),
    "names_not_counting": _("passed over, as they don't count in {period}: {names!r}"),
    "names_of_others": _("passed over, as they are not yours to deliver: {names!r}"),
    "no_active_unit": _("No unit is active in {period}: add units first."),
    "link_without_account": _(
        "This takes two people with accounts of their own, and the personal link by which the "
        "first step was done was issued without one, so that nobody can tell who opened it. Let "
        "somebody with an account issue a new link, take the first step back, and let it be done "
        "again."
    ),
    "no_correction": _("There is no correction of {period}."),
    "no_evaluation": _("there is no evaluation {id!r}"),
    "no_person": _("there is nobody {id!r} in an evaluation"),
    "owner_without_indicators": _("{name!r} needs the indicators that they deliver."),
    "period_is_checked": _(
        "The check of {period} is finished. To change data, undo the check first."
    ),
    "period_is_notified": _(
        "The notices of {period} are out. To change data, undo the check first; appeals are "
        "decided on the page of notices."
    ),
    "period_is_open": _("{period} is not checked yet: finish the check first."),
    "period_is_signed": _(
        "{period} is signed and closed. What is found wrong now becomes a correction that "
        "stands beside the old figure."
    ),
    "period_not_open": _("There is no period {period}: open it first."),
    "period_not_opened": _("The period can't be opened: {problem}."),
    "period_not_written_so": _("The period is written {period}."),
    "period_opened_already": _("{period} is open already."),
    "period_other_scheme": _("Version {number} of the scheme is in force, another one was meant."),
    "period_without_scheme": _("No scheme is in force: choose one and approve it first."),
    "person_name_taken": _("Somebody is called {name!r} already; names must differ."),
    "person_unknown": _("there is nobody {person!r} in this evaluation"),
    "rated_all_alike": _("each rater gave the same grade to all that everybody rated"),
    "rated_by_all_few": _("fewer than two ratings were given by all raters"),
    "rated_by_raters": _(
        "{unit!r}, {indicator!r}: raters have rated this, and no value is recorded beside theirs. "
        "Leave it out; to change the rating, open another round."
    ),
    "rater_of_rated_unit": _(
        "{name!r} has rated {unit!r} in {period}, whose check is finished. Undo the check first: "
        "what they gave for their own unit then counts no more."
    ),
    "rating_is_closed": _("Round {round} of rating is closed."),
    "rating_is_open": _("Round {round} of rating is open already."),
    "rating_not_an_answer": _("{unit!r}, {indicator!r}: {value!r} is none of the answers."),
    "rating_not_asked": _("{unit!r}, {indicator!r}: you are not asked to rate this."),
    "rating_of_own_unit": _("{unit!r} is your own unit: nobody rates their own."),
    "rating_submitted": _("You have submitted your ratings; they can't be changed any more."),
    "rating_without_raters": _("There are no raters yet: add them first."),
    "result_differs": _(
        "the result of {period} is not the one that follows from the events before it"
    ),
    "row_of_evaluation_differs": _(
        "the log ends here, and the evaluation has {name} {found!r}, by the log {expected!r}"
    ),
    "scheme_not_proposed": _("Version {number} of the scheme waits for no approval."),
    "scheme_number": _("The next version of the scheme is {number}."),
    "scheme_same_version": _(
        "The scheme in force is version {version!r}, too: give the changed one another version."
    ),
    "scheme_unchanged": _("Nothing differs from version {number}, which is in force."),
    "scheme_unreadable": _("the scheme can't be read: {problem}"),
    "scheme_waits": _(
        "Version {number} of the scheme waits for approval: approve or withdraw it first."
    ),
    "sign_before_appeals_end": _("Units may appeal until {date}. To sign earlier, say why."),
    "sign_before_decision": _(
        "{count} appeals wait for a decision: decide them first, on the page of notices. Notices "
        "that were withdrawn are sent out again before that."
    ),
    "signed_already": _("{period} is signed already. Load the page again to see it."),
    "trial_without_values": _("There are no values of {period} to try the scheme on."),
    "typed_refused": _("{unit!r}, {indicator!r}: {problem}"),
    "typed_without_value": _("a document number or a note, but no value"),
    "unit_added_again": _("{unit!r} is in the list already."),
    "unit_joins_late": _(
        "{unit!r} would be evaluated in {period}, whose check is finished. Give the first day on "
        "which it is evaluated: {date} or a later one."
    ),
    "units_while_checked": _(
        "{unit!r}: the check of {period} is finished, so the units evaluated in it stay the same. "
        "Undo the check first, or let the change hold from {date} on."
    ),
    "units_while_signed": _(
        "{unit!r}: {period} is signed, so the units evaluated in it stay the same. Let the change "
        "hold from {date} on."
    ),
    "value_changed_meanwhile": _(
        "{unit!r}, {indicator!r}: somebody else has changed the value meanwhile. Nothing was "
        "recorded; look at the changes below and record again."
    ),
    "value_is_another": _(
        "{unit!r}, {indicator!r}: the value has changed meanwhile; look at it again."
    ),
    "zone": _("{name}"),
    "zone_of_beijing": _("Beijing time"),
    "zone_unknown": _("{zone!r} is no time zone, expected a name such as 'Asia/Shanghai'"),
    "values_many": _(
        "{count} values at once are too many: at most {most} can be recorded. Please split the "
        "file."
    ),
    "values_of_others": _("{name!r} may deliver their own indicators only."),
    "workbook_carries": _(
        "{indicator!r} has points that are carried over from the period before, which a workbook "
        "of one period can't calculate."
    ),
}

MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        **_NUMERIC,
        **_PUBLISHED,
        **_EVALUATION,
        **_STUDY,
        **_FILES,
        **_STORE,
        **_APP,
        **_CLI,
        **_SCORING,
        **_EVALUATIONS,
    }
)
"""Code -> English sentence."""


def check_code(code: str) -> None:
    """Refuse a code without a sentence, where it is used and not only where it is said.

    Raises:
        KeyError: it is not in `MESSAGES`.
    """
    if code not in MESSAGES:
        raise KeyError(code)


class Message:
    """What is said by its code: an error, a warning, a `Phrase`; its text is English.

    Args:
        code: key of `MESSAGES`.
        parameters: what stands in its sentence.

    Attributes:
        code, parameters: as given; `ahp.i18n.errors.error_sentence` says them in other languages.
    """

    def __init__(self, code: str, /, **parameters: Any) -> None:
        check_code(code)
        self.code, self.parameters = code, MappingProxyType(parameters)

    def __str__(self) -> str:
        return ENGLISH.sentence(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _message, (type(self), self.code, dict(self.parameters))


def _message(kind: type[Message], code: str, parameters: Mapping[str, Any]) -> Message:
    return kind(code, **parameters)


class Phrase(Message):
    """A sentence, or a part of one, that is said in the reader's language; two are equal that have
    the same code and parameters.
    """

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Phrase):
            return NotImplemented
        return (self.code, self.parameters) == (other.code, other.parameters)

    def __hash__(self) -> int:
        return hash((self.code, frozenset(self.parameters.items())))

    def __repr__(self) -> str:
        return f"Phrase({str(self)!r})"

    def to_dict(self) -> dict[str, Any]:
        """The phrase as data that JSON can hold; `from_dict` reads it back."""

        def plain(value: Any) -> Any:
            if isinstance(value, Phrase):
                return value.to_dict()
            return [plain(item) for item in value] if isinstance(value, tuple) else value

        parameters = {key: plain(value) for key, value in self.parameters.items()}
        return {"code": self.code, "parameters": parameters}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Phrase:
        """The phrase that `to_dict` was called on."""

        def read(value: Any) -> Any:
            if isinstance(value, dict):
                return cls.from_dict(value)
            return tuple(map(read, value)) if isinstance(value, list) else value

        return cls(data["code"], **{key: read(value) for key, value in data["parameters"].items()})


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


def with_names(message: Message, names: Mapping[str, str]) -> Phrase:
    """What a message says, with names in place of ids.

    Args:
        message: what stands in it and says something itself gets its names, too.
        names: id -> name.
    """

    def named(value: Any) -> Any:
        if isinstance(value, Message):
            return with_names(value, names)
        if isinstance(value, tuple):
            return tuple(map(named, value))
        return names.get(value, value) if isinstance(value, str) else value

    return Phrase(message.code, **{key: named(one) for key, one in message.parameters.items()})


class Wording(string.Formatter):
    """How a language puts parameters into sentences; this one is English."""

    comma, semicolon = ", ", "; "

    def template(self, code: str) -> str:
        """The sentence of a code, before its parameters stand in it."""
        return MESSAGES[code]

    def sentence(self, message: Message) -> str:
        """What a message says."""
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
        if isinstance(value, Cell | Message):
            return value
        if conversion == "r":
            return self.quoted(value) if isinstance(value, str) else repr(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        """A parameter as text."""
        if isinstance(value, tuple):
            joints = {";": self.semicolon, "n": f"{self.semicolon.rstrip()}\n"}
            spec = "" if format_spec in joints else format_spec
            joint = joints.get(format_spec, self.comma)
            return joint.join(self.format_field(element, spec) for element in value)
        if isinstance(value, Cell):
            return self.cell(value)
        if isinstance(value, Message):
            return self.sentence(value)
        text = super().format_field(value, format_spec)
        return str(text)


ENGLISH = Wording()
