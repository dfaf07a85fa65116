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
    "judgment_unreadable": _('{text!r}, expected a positive number or a fraction such as "1/3"'),
    "option_unknown": _("{option} = {value!r}, expected one of {valid!r}"),
}

_PUBLISHED: dict[str, str] = {}

_STUDY = {
    "a_number_or_text": _("a number or text"),
    "a_table_of_texts": _("a table of texts"),
    "answers_columns": _(
        "{place}: the columns are {columns}; a long CSV has the columns {expected}. If this is a "
        "file of another program or platform, choose its format above."
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
    "compared_with_itself": _("{place}: {item!r} is compared with itself, expected two children"),
    "count_range": _("count = {count!r}, expected a whole number of at least 1"),
    "cr_limit_range": _(
        "cr_limit = {value!r}, expected 'saaty' or a number from {least} to {most}"
    ),
    "draft_explanation_missing": _("{item!r}: explanation ({language}) is empty, expected text"),
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
    "expert_without_weight": _("no expert weight for {name!r}, expected one for each expert"),
    "experts_excluded": _(
        "too few are left below {parent!r} once experts whose CR reaches the limit are excluded "
        "({listed}); expected incoherent = 'downweight' or 'include', or a larger cr_limit"
    ),
    "experts_not_connected": _(
        "no expert's own judgments under {parent!r} connect all items, expected those of one or "
        "more: the mean of the experts' weights needs them"
    ),
    "field_type": _("{field} = {value!r}, expected {expected}"),
    "given_without_children": _("{node!r} has no children, expected none"),
    "invited_too_few": _(
        "invited = {invited!r}, expected a whole number of at least the {answered} who answered"
    ),
    "judgment_off_scale": _("{text!r}, expected a judgment from 1/{largest} to {largest}"),
    "language_code": _("{value!r}, expected different codes such as 'zh'"),
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
    "missing_beside": _("missing, expected with {key}"),
    "no_answers": _("no answers, expected those of one expert or more"),
    "no_judgments": _("{source}: no judgments, expected a line for each"),
    "no_tables": _("no tables, expected one or more"),
    "not_a_child": _("expected a child of {parent!r}: {valid}"),
    "not_a_compared_child": _(
        "{place}: {side} = {value!r}, expected a child of {parent!r}: {valid}"
    ),
    "not_languages": _("is {kind}, expected an array of language codes"),
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
    "receipt_not_canonical": _("the content of the receipt is not in canonical JSON"),
    "receipt_unreadable": _(
        "the content of the receipt cannot be read: it is damaged, or made by another program or "
        "version"
    ),
    "recusal_reason": _("Please give a reason for every recusal."),
    "recused_unknown": _("recused {value!r}, expected one of {valid!r}"),
    "row_length": _("{place}: {count} values, expected {expected}"),
    "setting_range": _("{name} = {value!r}, expected a number from {least} to {most}"),
    "short_type": _("short = {value!r}, expected true or false"),
    "survey_not_shipped": _(
        "{name!r} is no shipped survey, expected one of {valid} or the path of a .toml file"
    ),
    "text_too_long": _(
        "{what} has {length} characters, at most {limit} can be stored. Nothing was saved; "
        "please shorten it."
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
    "too_many_comparisons": _("{count} comparisons, expected at most {most}"),
    "true_or_false": _("true or false"),
    "value_refused": _("value = {problem}"),
    "way_unreadable": _("way = {content!r}, expected an object with way, short and order"),
    "weight_is_no_number": _("is {kind}, expected a number of 0 or more"),
    "weight_of_nobody": _("expert weight for {name!r}, expected one of {valid!r}"),
    "weight_out_of_range": _("{value!r}, expected a number of 0 or more"),
    "weight_range": _("weight = {weight!r}, expected a number from 0 to {most}"),
    "weight_reason": _("A weight of {weight:g} needs a reason; please write it down."),
    "weights_sum": _("the weights sum to {total:.6g}, expected 1"),
    "weights_sum_below": _("the weights below {parent!r} sum to {total:.6g}, expected 1"),
    "wrong_kind": _("is {kind}, expected {expected}"),
}

_FILES = {
    "a_boolean": _("a boolean"),
    "a_date_or_time": _("a date or time"),
    "a_list": _("a list"),
    "a_mapping": _("a mapping"),
    "a_number": _("a number"),
    "a_survey": _("a survey"),
    "a_table": _("a table"),
    "a_text": _("text"),
    "a_whole_number": _("a whole number"),
    "a_wide_table": _("a wide table"),
    "about_range": _("{value!r}, expected a number between 0 and 1"),
    "access_denied": _("Permission denied"),
    "address_in_use": _("Address already in use"),
    "alternatives_alike": _("alternatives {alternatives}, expected names that differ"),
    "an_ahp_file": _("an ahp file"),
    "an_ahp_os_project": _("an AHP-OS project"),
    "an_array": _("an array"),
    "an_empty_array": _("an empty array"),
    "answer_not_listed": _(
        "the answer to ({left!r}, {right!r}) under {parent!r} is {value!r}, expected one of {valid}"
    ),
    "at_place": _("{place}: {problem}"),
    "beside_another": _("beside {key}, expected one of them"),
    "branch_apart": _(
        "{place}: branch {name!r} is not below the goal {goal!r}, expected its name among the "
        "items of another branch"
    ),
    "branch_colons": _("{place}: {text!r} has {count} colons, expected one, as in 'A: a1, a2;'"),
    "branch_twice": _("{place}: branch {name!r} stands twice, expected once"),
    "branch_unended": _("{place}: the last branch does not end, expected ';'"),
    "cell_merged": _(
        "{place}: merged with other cells, expected a cell of its own; undo the change, or ask "
        "the organizer for the questionnaire anew"
    ),
    "cell_not_listed": _("{place}: {value!r}, expected one of {valid}"),
    "cell_not_unicode": _("{place}: {text!r}, expected text that UTF-8 can write"),
    "cell_position": _("{place}: {value!r}, expected a whole number from 1 to 17"),
    "cell_signed": _("{place}: {value!r}, expected a whole number from 1 to 9 or -1 to -9"),
    "cell_signed_or_blank": _(
        "{value!r}, expected a whole number from 1 to 9 or -1 to -9, blank or NA"
    ),
    "cell_spaces": _(
        "{place}: {text!r}, expected text without spaces around it or carriage returns in it"
    ),
    "column_absent": _("{source}: column {column!r}, expected one of A to {last}"),
    "column_ambiguous": _("{place}: is ambiguous, expected one of {valid}"),
    "column_coding": _("{place}: coding = {coding!r}, expected one of {valid}"),
    "column_mapped_twice": _("{source}: column {column} is mapped twice, expected once"),
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
    "column_organization": _("organization"),
    "column_pair_again": _(
        "{place}: compares the pair of column {other}, expected one column a pair"
    ),
    "column_readings": _("{place}: can be read as two items in {count} ways, expected one"),
    "column_readings_without_items": _(
        "{place}: can be read as two items in {count} ways, expected one; give the items or a "
        "survey"
    ),
    "column_reason": _("reason"),
    "column_weight": _("weight"),
    "columns_same_pair": _(
        "{source}: columns {one} and {other} have the same pair ({left!r}, {right!r}), expected "
        "one column a pair"
    ),
    "csv_not_utf8": _("{source}: byte {position} is not UTF-8; save the file as CSV UTF-8"),
    "decimals_range": _("{value!r}, expected a whole number from 1 to 15"),
    "digit_count": _(
        "{digits!r} has {count} digits, expected {expected}, one for each pair below {parent!r}"
    ),
    "digit_wrong": _("{digits!r}, digit {number} is {digit!r}, expected one of {valid}"),
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
    "file_absent": _("No such file or directory"),
    "file_is_folder": _("Is a directory"),
    "file_too_long": _("{source}: more than {most} bytes, expected at most {most}"),
    "file_unreadable": _("{source}: cannot be read: {problem}"),
    "formula_refused": _("formulas are refused, never evaluated; write the judgments as pairwise"),
    "gluc_empty": _("{source}: is empty, expected an ahp file"),
    "gluc_judgment": _("{place}: {count} values, expected three such as [A, B, 1/4]"),
    "gluc_version": _("{version!r}, expected 2.0"),
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
    "is_utf16": _("{source}: is UTF-16 text, expected UTF-8: save it with the encoding UTF-8"),
    "item_not_below": _("{place}: {name!r}, expected an item below {parent!r}: {valid}"),
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
    "judgments_as_text": _('expected judgments as text such as "1/3"'),
    "key_twice": _("key {name!r} stands twice, expected once"),
    "key_unknown": _("unknown key, expected one of {valid}"),
    "labels_count": _("{count} names, expected {expected} as of items"),
    "leaf_not_compared": _("no parent {leaf!r}, expected one that compares the alternatives"),
    "level_range": _("{value}, expected 1 to {most}"),
    "levels_differ": _("{value!r}, expected different levels, 1 or more"),
    "list_columns_alike": _(
        "{source}: columns {one} and {other} are both the {column}, expected one"
    ),
    "list_no_name": _("{place}: there is no name."),
    "list_no_names": _("{source}: columns {columns}, expected one with the heading {headings}"),
    "list_twice": _("{place}: “{name}” stands in the list twice."),
    "list_weight": _("{place}: the weight “{weight}” isn't a number of 0 or more."),
    "list_weight_reason": _(
        "{place}: the weight {weight} of “{name}” needs a reason; please write it down."
    ),
    "list_width": _(
        "{place}: {count} values, expected at most {most}: {columns}; put one that has a comma "
        "in double quotes"
    ),
    "mapping_side": _("{value!r}, expected left or right for signed values and none for others"),
    "mapping_texts": _("expected for text values and for no others"),
    "matrix_empty": _("{source}: no values, expected a matrix"),
    "matrix_incomplete": _(
        "{source}: ({left}, {right}) is not judged, expected a complete matrix; judgments "
        "missing: {missing}; ahp.complete_matrices fills them"
    ),
    "matrix_names": _("{place}: name {name!r}, expected {expected!r} as in the first line"),
    "matrix_not_square": _(
        "{source}: {rows} rows of {columns} values, expected a square matrix, with or without names"
    ),
    "matrix_refused": _("{source}: {problem} (a[0, 0] stands in line {line}, column {column})"),
    "merged_cells": _("merged cells and links over {count} cells, expected at most {most}"),
    "more_columns": _("{place}: more than {most} columns"),
    "more_rows": _("{source}: more than {most} rows"),
    "more_than": _("more than {count}"),
    "name_controls": _("{place}: {name!r}, expected a name without control characters"),
    "name_empty": _("{place}: is empty, expected a name"),
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
    "needed_with_matrix": _("missing, needed where a matrix is printed with weights"),
    "needed_without_weights": _("missing, needed where no weight is printed"),
    "needs_goal": _("needs a goal"),
    "nested_too_deep": _("{source}: nested too deep, expected {expected}"),
    "no_branches": _("{source}: is empty, expected branches such as 'Goal: A, B;'"),
    "no_decision_maker": _("{expert!r} is none of the decision-makers, expected one of {valid}"),
    "no_experts": _("{source}: no experts, expected a row for each"),
    "no_pair_columns": _("{place}: no columns of pairs, expected some such as a_b"),
    "no_project": _(
        "{source}: is no project of AHP-OS and no study from here; please download it again"
    ),
    "no_such_sheet": _("{source}: has no sheet {sheet!r}, expected one of {valid}"),
    "not_a_list": _("is {kind}, expected a list"),
    "not_a_mapping": _("is {kind}, expected a mapping"),
    "not_a_questionnaire": _("not an .xlsx workbook, or a damaged one, expected a questionnaire"),
    "not_a_table": _("is {kind}, expected a table"),
    "not_a_text": _("is {kind}, expected text"),
    "not_csv": _("{place}: not CSV; please check the quotation marks there"),
    "not_json": _("{place}: not JSON; please check the quotation marks, brackets and commas there"),
    "not_made_as_questionnaire": _(
        "{source}: has no sheet '_ahp' that begins with 'ahp questionnaire', expected a workbook "
        "made as a questionnaire; fill in the file that the organizer sent"
    ),
    "not_pdf": _("{source}: cannot be read as PDF: it is damaged, or no PDF"),
    "not_printable": _("{place}: {mark}, expected printable text"),
    "not_tables": _("is {kind}, expected an array of tables"),
    "not_texts": _("is {kind}, expected an array of text"),
    "not_toml": _(
        "{place}: not TOML; please check the quotation marks, brackets and equals signs there"
    ),
    "not_unicode": _("{value!r}, expected text that UTF-8 can write"),
    "not_utf8": _("{source}: byte {position} is not UTF-8, expected UTF-8 text"),
    "not_xlsx": _("is no XLSX file, or a damaged one"),
    "not_yaml": _(
        "{place}: not YAML; please check the indentation, colons and quotation marks there"
    ),
    "nothing": _("nothing"),
    "nothing_left_to_ask": _("skip = {skipped!r}, expected a parent that is left to ask about"),
    "nothing_to_write": _("no judgments, expected one at least: an answers file can't be empty"),
    "number_too_long": _("{source}: a whole number of more than {most} digits"),
    "old_workbook": _(
        "{source}: an old .xls workbook, or one with a password, expected an .xlsx workbook; "
        "save it without a password as Excel Workbook (.xlsx)"
    ),
    "one_alternative": _("one alternative, expected two or more to compare"),
    "one_of": _("one of {valid}"),
    "order_unlike_items": _("compares {order}, expected {expected} as of items"),
    "other_session": _("{value!r}, expected {expected!r} as in pj[0]"),
    "pair_below": _("({left!r}, {right!r}) under {parent!r}"),
    "pair_not_children": _(
        "{place}: ({left!r}, {right!r}), expected two children of {parent!r}: {valid}"
    ),
    "parent_no_leaf": _("{parent!r} is no leaf, expected one: it compares the alternatives"),
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
    "reference_unknown": _("column {column}: {name!r}, expected one of {valid}"),
    "reference_without_goal": _(
        "column {column}: {name!r}, expected one of none, since there is no goal"
    ),
    "row_length_unlike_line": _("{place}: {count} values, expected {expected} as in line {first}"),
    "row_length_unlike_row": _("{place}: {count} values, expected {expected} as in row {first}"),
    "row_too_long_inside": _("more than {limit} elements in a row, expected fewer"),
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
    "text_empty": _("is empty, expected text"),
    "text_of": _("{place}: text {text!r}"),
    "text_two_values": _("{place}: text {text!r} has two values, expected one"),
    "texts_differ": _("{value!r}, expected different texts"),
    "the_format": _("format {number}"),
    "toml_key_long": _("{place}: a key of 50 parts or more, expected fewer"),
    "toml_too_deep": _("{source}: arrays inside arrays too deep, expected {expected}"),
    "too_many_bytes": _("{source}: {count} bytes, expected at most {most}"),
    "too_many_cells_inside": _("more than {limit} elements of cells, expected fewer"),
    "too_many_characters": _("{source}: {count} characters, expected at most {most}"),
    "too_many_columns": _("{source}: {count} columns, expected at most {most}"),
    "too_many_decimals": _("{value} has more than {most} decimals, expected fewer"),
    "too_many_elements": _("more than {limit} elements, expected fewer"),
    "too_many_levels": _("more than {most} levels, expected fewer"),
    "too_many_lines": _("{source}: more than {most} lines, expected fewer"),
    "too_many_names": _("{source}: {count} names, expected at most {most}"),
    "too_many_parts": _("{count} files inside, expected at most {most}"),
    "too_many_rows": _("{source}: {count} rows, expected at most {most}"),
    "too_many_rows_inside": _("more than {limit} rows and texts, expected fewer"),
    "too_many_separators": _("{source}: {count} separators, expected at most {most}"),
    "too_many_values": _("{source}: more than {most} values"),
    "too_many_yaml_values": _("more than {most} values, aliases counted"),
    "unpacked_size": _("{size} bytes when unpacked, expected at most {most}"),
    "upload_ending": _("{name}: expected a file that ends with {endings}"),
    "value_not": _("{value!r}, expected {expected!r}"),
    "value_not_listed": _("{value!r}, expected one of {valid}"),
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
    "password_short": _(
        "{variable} has {length} characters, expected at least {least}: set a longer one, such "
        "as four random words, or unset it to sign in by the link in the terminal"
    ),
    "port_refused": _("{host}:{port} cannot be opened ({problem}); choose another --port"),
    "screen_unknown": _("place = {screen!r}, expected a comparison of the survey"),
}

MESSAGES: Mapping[str, str] = MappingProxyType(
    {**_NUMERIC, **_PUBLISHED, **_STUDY, **_FILES, **_STORE, **_APP}
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
        name: of the array, as the caller knows it.
        index: one number an axis, from 0.

    >>> str(Cell("a", (0, 1)))
    'a[0, 1]'
    """

    name: str
    index: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}[{', '.join(map(str, self.index))}]"


def _speaks(value: Any) -> bool:
    """Whether something is a `Phrase` or an error."""
    return hasattr(value, "code") and hasattr(value, "parameters")


def with_names(message: Any, names: Mapping[str, str]) -> Phrase:
    """What a `Phrase` or an error says, with names in place of ids.

    Args:
        message: what stands in it and says something itself gets its names, too.
        names: id -> name.
    """

    def named(value: Any) -> Any:
        if _speaks(value):
            return with_names(value, names)
        if isinstance(value, tuple):
            return tuple(map(named, value))
        return names.get(value, value) if isinstance(value, str) else value

    return Phrase(message.code, **{key: named(one) for key, one in message.parameters.items()})


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
