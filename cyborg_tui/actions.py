"""The one table of actions: bindings, footer, palette and help are all made from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

__all__ = ["ACTIONS", "APP_ACTIONS", "PLACES", "READING", "Action", "BadKeys", "rebound"]

PLACES = {
    "editor": "While writing",
    "branches": "In the branches",
    "map": "On the map",
    "compare": "Comparing two texts",
    "tokens": "Among the tokens",
    "blocks": "Among the blocks",
    "levers": "On the levers",
    "lever": "In a lever's text",
    "steering": "Among what steers",
    "lens": "In the lens",
    "mirror": "Before the mirror",
    "samplers": "Among the samplers",
    "anywhere": "Anywhere",
}
"""Where keys have meanings of their own, and what that place is called."""

_LOOKING = frozenset(
    {"next_branch", "previous_branch", "down", "up", "stop", "write", "zoom", "memory", "suspend", "colours"}
)


class BadKeys(Exception):
    """The `[keys]` of the config cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Action:
    id: str
    keys: str
    """Names of keys, with commas between them; empty for one that is in the palette only."""
    help: str
    short: str = ""
    """For the footer; empty if it is not shown there."""
    where: str = "anywhere"
    """One of `PLACES`."""
    rank: int = 9
    """Which go first where the footer is narrow."""

    @property
    def names(self) -> list[str]:
        """Its keys, one by one."""
        return [key.strip() for key in self.keys.split(",") if key.strip()]


ACTIONS: tuple[Action, ...] = (
    Action("fan", "tab,ctrl+j,f5", "Branches from the cursor", "branches", "editor", 0),
    Action("next_branch", "alt+down,ctrl+n", "Highlight the next branch", "next", "editor", 2),
    Action("previous_branch", "alt+up,ctrl+l", "Highlight the previous branch", "", "editor"),
    Action("take_here", "alt+right,ctrl+t", "Take the highlighted branch and go on writing", "take", "editor", 1),
    Action("parent_here", "alt+left,ctrl+g", "Back to where the last branch was taken", "back", "editor", 3),
    Action("take_and_fan", "tab,ctrl+j,f5", "Take the highlighted branch and fan again", "take+fan", "branches", 0),
    Action("take_number", "1,2,3,4,5,6,7,8,9", "Take that branch", "take", "branches", 1),
    Action("take", "enter,l,right,alt+right,ctrl+t", "Take the highlighted branch", "", "branches"),
    Action("down", "j,down,alt+down,ctrl+n", "Highlight the next branch", "move", "branches", 2),
    Action("up", "k,up,alt+up,ctrl+l", "Highlight the previous branch", "", "branches"),
    Action("parent", "h,left,alt+left,ctrl+g", "Back to where the last branch was taken", "back", "branches", 3),
    Action("take_word", "w", "Take one word", "word", "branches", 5),
    Action("take_sentence", "s", "Take one sentence", "sentence", "branches", 5),
    Action("take_paragraph", "p", "Take one paragraph", "para", "branches", 6),
    Action("again", "r", "Another fan from the same place", "again", "branches", 4),
    Action("more", "m", "More branches", "more", "branches", 6),
    Action(
        "flow", "f", "Flow: every take fans again, of a word or sentence too; or not any more", "flow", "branches", 7
    ),
    Action("hide", "x", "Take the branch out of sight", "hide", "branches", 7),
    Action("bookmark", "b", "Bookmark the branch, or not any more", "mark", "branches", 8),
    Action("edit_branch", "e", "Take the branch and edit it", "edit", "branches", 8),
    Action("compare", "c", "Compare the branch: c again on another one shows both", "compare", "branches", 9),
    Action("zoom", "z", "The editor alone, full width; Esc there shows both again", "", "branches"),
    Action("room", "Z", "More room for the branches while they have the keys; or no more", "room", "branches", 9),
    Action("write", "escape", "Back to writing, without the provisional text", "write", "branches", 1),
    Action("write_on", "i", "Back to writing, the provisional text stays: typing takes it", "", "branches"),
    Action("stop", "escape", "Stop the model; drop the provisional text; show both panes", "drop", "editor", 1),
    Action(
        "why",
        "M,L,S,F,T,P,O",
        "Why you took it: meaningful, less confused, surprising, fertile, true and checked, only pleasant, own words",
        "",
        "branches",
    ),
    Action("sort_bridges", "o", "In a gap: the branches that lead on best first, or as drawn", "", "branches"),
    Action("tokens_here", "t", "The tokens: how sure the model was, and what it nearly said", "tokens", "branches", 8),
    Action("next_token", "right,l", "The next token", "move", "tokens", 2),
    Action("previous_token", "left,h", "The token before", "", "tokens"),
    Action("next_choice", "down,j", "The next likeliest token", "choose", "tokens", 3),
    Action("previous_choice", "up,k", "The one before it", "", "tokens"),
    Action(
        "take_choice", "enter", "A new branch that begins with this token here; the old one stays", "take", "tokens", 1
    ),
    Action("next_fork", "f", "The next place where the model might as well have gone another way", "fork", "tokens", 4),
    Action("previous_fork", "F", "The one before", "", "tokens"),
    Action("next_surprise", "s", "The next token that the model thought unlikely", "surprise", "tokens", 5),
    Action("previous_surprise", "S", "The one before", "", "tokens"),
    Action("blocks", "v", "What may come next, as nested blocks", "blocks", "tokens", 6),
    Action("score", "y", "How likely the model finds what you wrote yourself: score it", "score yours", "tokens", 6),
    Action("tint", "c", "Colours by probability, by how open the place was, or by author", "colours", "tokens", 7),
    Action("borders", "b", "Where tokens begin, or not", "borders", "tokens", 8),
    Action("ids", "d", "Numbers of the tokens, or not", "ids", "tokens", 8),
    Action("leave", "escape,t", "Back to writing, at this place", "write", "tokens", 0),
    Action("block_in", "right,l", "Into the block: the step after it", "in", "blocks", 2),
    Action("block_out", "left,h", "Out of it: the step before", "out", "blocks", 3),
    Action("block_below", "down,j", "The block below", "move", "blocks", 4),
    Action("block_above", "up,k", "The block above", "", "blocks"),
    Action("zoom_in", "z,space", "Make the block as tall as the view", "zoom", "blocks", 5),
    Action("zoom_out", "Z,backspace", "Back to the view before", "zoom out", "blocks", 6),
    Action("take_blocks", "enter", "Take everything up to this block as a new branch", "take", "blocks", 1),
    Action("leave_blocks", "escape,v", "Back to the tokens", "tokens", "blocks", 0),
    Action("dial_down", "j,down", "The next setting", "move", "samplers", 2),
    Action("dial_up", "k,up", "The setting before", "", "samplers"),
    Action("dial_more", "l,right", "A step up", "turn", "samplers", 2),
    Action("dial_less", "h,left", "A step down", "", "samplers"),
    Action("dial_much_more", "L,shift+right", "A large step up", "much", "samplers", 5),
    Action("dial_much_less", "H,shift+left", "A large step down", "", "samplers"),
    Action("dial_type", "e,equals_sign", "Type a value", "type", "samplers", 3),
    Action("dial_usual", "d,backspace", "As it usually is", "usual", "samplers", 5),
    Action("dial_fan", "f", "As it is in the fan in view", "this fan's", "samplers", 6),
    Action("next_preset", "p", "The next preset", "preset", "samplers", 4),
    Action("previous_preset", "P", "The preset before", "", "samplers"),
    Action("use_dials", "enter", "Make the next fans so", "use", "samplers", 1),
    Action("use_and_fan", "tab", "Make the next fans so, and one at once", "use+fan", "samplers", 1),
    Action("leave_dials", "escape,q", "Back, as it was", "back", "samplers", 0),
    Action("map_go", "enter", "Go there, and write on from there", "go there", "map", 0),
    Action("map_down", "j,down", "The next row", "move", "map", 1),
    Action("map_up", "k,up", "The row before", "", "map"),
    Action("map_right", "l,right", "Open what is folded here; then the row that follows", "open", "map", 2),
    Action("map_left", "h,left", "Fold what is open here; then the row from which this one parts", "fold", "map", 3),
    Action("map_next_sibling", "J,shift+down", "The next branch of the same place", "", "map"),
    Action("map_previous_sibling", "K,shift+up", "The branch of the same place before", "", "map"),
    Action("map_page_down", "pagedown,ctrl+d", "A page down", "", "map"),
    Action("map_page_up", "pageup,ctrl+u", "A page up", "", "map"),
    Action("map_root", "g,home", "The root: where everything begins", "", "map"),
    Action("map_last", "G,end", "The last row", "", "map"),
    Action("map_here", "full_stop", "Where your text ends", "", "map"),
    Action("map_last_child", "v", "Of the branches that follow, the one you were in last", "", "map"),
    Action("map_next_bookmark", "m", "The next bookmark", "next *", "map", 6),
    Action("map_previous_bookmark", "M", "The bookmark before", "", "map"),
    Action("map_back", "left_square_bracket", "Back to where you were before", "", "map"),
    Action("map_forward", "right_square_bracket", "Forward again", "", "map"),
    Action("map_open_all", "plus", "Open all that hangs here", "", "map"),
    Action("map_close_all", "minus", "Fold everything but your path", "", "map"),
    Action("map_page_on", "space", "The next page of the text on the right", "", "map"),
    Action("map_filter", "slash", "Show only rows with these words; see below", "filter", "map", 4),
    Action("map_hoist", "z", "This part alone, as if it were all", "alone", "map", 6),
    Action("map_lower", "Z", "Back from a part to what is around it", "", "map"),
    Action("map_hide", "x", "Take this out of sight, or not any more", "hide", "map", 7),
    Action("map_show_hidden", "X", "Show what is hidden too, or not any more", "", "map"),
    Action("map_bookmark", "b", "Bookmark this place, or not any more", "mark", "map", 5),
    Action("map_tag", "t", "Tags for this place", "tag", "map", 7),
    Action("map_note", "n", "A note on this place", "note", "map", 8),
    Action("map_name", "r", "A name for this place", "name", "map", 8),
    Action("map_move_up", "less_than_sign,alt+up", "Move this branch up among those of the same place", "", "map"),
    Action("map_move_down", "greater_than_sign,alt+down", "Move it down", "", "map"),
    Action("map_split", "s", "Divide the text of this row in two", "", "map"),
    Action("map_join", "S", "Join what is divided in this row", "", "map"),
    Action("map_rewrite", "e", "Rewrite this text everywhere, under all its branches", "rewrite", "map", 8),
    Action("map_purge", "D", "Delete what is hidden for good; asks first", "", "map"),
    Action("map_leave", "escape,q", "Back to all rows, to the whole tree, to writing", "back", "map", 1),
    Action("map_compare", "c", "Mark this for comparing; on another row: compare the two", "compare", "map", 7),
    Action("map_compare_now", "equals_sign", "Compare this with your text as it is now", "", "map"),
    Action("compare_down", "j,down", "A row down", "move", "compare", 1),
    Action("compare_up", "k,up", "A row up", "", "compare"),
    Action("compare_page_down", "space,pagedown", "A page down", "page", "compare", 2),
    Action("compare_page_up", "pageup", "A page up", "", "compare"),
    Action("compare_next", "n,tab", "The next difference", "next", "compare", 1),
    Action("compare_previous", "N,shift+tab", "The difference before", "", "compare"),
    Action("compare_turn", "x", "The one text in the other's place", "turn round", "compare", 3),
    Action("compare_everything", "a", "All of the text, or only what is near a difference", "everything", "compare", 3),
    Action("compare_leave", "escape,q", "Back", "back", "compare", 0),
    Action("next_lever", "down,j", "The next lever", "move", "levers", 3),
    Action("previous_lever", "up,k", "The lever before", "", "levers"),
    Action("edit_lever", "enter", "Edit this lever's text; turn each sampler", "edit", "levers", 1),
    Action("lever_more", "right,l", "More of it; the next preset", "more", "levers", 4),
    Action("lever_less", "left,h", "Less of it; the preset before", "", "levers"),
    Action("lever_away", "x", "Say nothing of it here: what holds above holds", "take away", "levers", 5),
    Action("lever_scope", "e", "What you say holds everywhere, or from the cursor on", "where", "levers", 2),
    Action("levers_fan", "tab,ctrl+j,f5", "Back, and branches from the same place, under these", "fan", "levers", 1),
    Action("lens_here", "v", "What the model would see, token by token", "lens", "levers", 3),
    Action("lever_shelf", "b", "One more example: a passage that you bookmarked", "examples", "levers", 6),
    Action("use_named", "n", "A frame with a name, instead of what is said here", "named", "levers", 6),
    Action("name_frame", "s", "Give what holds here a name, to use it elsewhere", "save as", "levers", 6),
    Action("leave_levers", "escape", "Back to writing", "write", "levers", 0),
    Action("lever_done", "escape", "Use this text", "use", "lever", 0),
    Action("steering_down", "j,down", "The next vector or adapter", "move", "steering", 3),
    Action("steering_up", "k,up", "The one before", "", "steering"),
    Action("steering_page", "space,pagedown", "The next page of what there is to see of it", "", "steering"),
    Action("stronger", "l,right", "Stronger", "stronger", "steering", 2),
    Action("weaker", "h,left", "Weaker; below zero it steers away", "", "steering"),
    Action("much_stronger", "L,shift+right", "Much stronger", "", "steering"),
    Action("much_weaker", "H,shift+left", "Much weaker", "", "steering"),
    Action("no_strength", "0", "No strength: it does nothing, and stays here", "none", "steering", 6),
    Action("first_layer_up", "right_square_bracket", "Begin one layer later", "layers", "steering", 7),
    Action("first_layer_down", "left_square_bracket", "Begin one layer earlier", "", "steering"),
    Action("last_layer_up", "right_curly_bracket", "End one layer later", "", "steering"),
    Action("last_layer_down", "left_curly_bracket", "End one layer earlier", "", "steering"),
    Action("add_steering", "a", "One more: a vector or an adapter that is there", "add", "steering", 4),
    Action("add_path", "o", "One more, from anywhere", "", "steering"),
    Action("make_vector", "n", "Make a vector of two sets of texts", "make", "steering", 5),
    Action("make_of_shelf", "b", "Make a vector of passages that you bookmarked", "", "steering"),
    Action("preview_steering", "p", "Try it here, at -2, -1, 0, 1 and 2", "try", "steering", 1),
    Action("remove_steering", "x", "Take it away", "away", "steering", 6),
    Action("steering_fan", "tab,ctrl+j,f5", "Back, and branches from the same place, under this", "fan", "steering", 1),
    Action("leave_steering", "escape,q", "Stop what is being made or tried; then back", "back", "steering", 0),
    Action("lens_down", "j,down", "A row down", "move", "lens", 3),
    Action("lens_up", "k,up", "A row up", "", "lens"),
    Action("lens_page_down", "space,pagedown", "A page down", "page", "lens", 2),
    Action("lens_page_up", "pageup", "A page up", "", "lens"),
    Action("lens_borders", "b", "Where tokens begin, or not", "borders", "lens", 1),
    Action("lens_ids", "d", "Numbers of the tokens, or not", "ids", "lens", 1),
    Action("leave_lens", "escape,v", "Back", "back", "lens", 0),
    Action("mirror_span", "tab,right,l", "This sitting, today, the last 30 days, everything", "span", "mirror", 1),
    Action("mirror_span_back", "shift+tab,left,h", "The span before", "", "mirror"),
    Action("mirror_next", "j,down", "The next picture", "move", "mirror", 2),
    Action("mirror_previous", "k,up", "The picture before", "", "mirror"),
    Action("mirror_define", "enter,d", "How this is defined, or not any more", "definition", "mirror", 3),
    Action("mirror_silence", "x", "Show the warning that belongs to this no more, or again", "silence", "mirror", 5),
    Action("mirror_look_back", "b", "Look back at something you took some days ago", "look back", "mirror", 4),
    Action("mirror_good", "g", "Call what you did here in this sitting good work", "good", "mirror", 6),
    Action("mirror_not_good", "G", "Not good work after all", "", "mirror"),
    Action("mirror_leave", "escape,q", "Back to writing", "write", "mirror", 0),
    Action("save", "ctrl+s", "Save to the text file", "save"),
    Action("undo", "ctrl+z", "Undo, step by step: edits, takes, moves and marks", "undo"),
    Action("redo", "ctrl+y", "Redo", ""),
    Action("replace", "", "Find and replace in this text; regular expressions too"),
    Action("bridge", "", "In the middle: branches that lead to what follows, over the selection or in the gap"),
    Action("colours", "", "Colour and mark the text by author; or not any more"),
    Action("blind", "", "Blind: branches shuffled, chances and model hidden until you choose; or not any more"),
    Action("look_back", "", "Look back at something you took some days ago"),
    Action("provenance", "", "Who wrote what: of the selection, or of everything"),
    Action("edit_outside", "f9", "Edit the text in $VISUAL or $EDITOR", ""),
    Action("memory", "", "What the engine holds ready", ""),
    Action("compare_then", "", "Compare the text with what it was when you came", ""),
    Action("suspend", "", "Suspend: back to the shell for a while; `fg` there goes on", ""),
    Action(
        "process", "ctrl+right_square_bracket", "A process: choose one; in one, go on to its next step", "next step"
    ),
    Action("leave_process", "", "Leave the process; going on with it later begins where it was left"),
    Action("edit_process", "", "Edit this process in $VISUAL or $EDITOR, and try it again"),
    Action("tool_note", "", "A note about this tool: one line, kept with what is on the screen"),
    Action("beside", "", "Side by side: one fan from several presets, frames or models; what you took of each"),
    Action("samplers", "", "Samplers: every setting, and how it changes what may come next"),
    Action("take_over", "ctrl+r", "Write here in a loom that another window has", "write here", rank=0),
    Action("tokens", "f3", "The tokens: how sure the model was, and what it nearly said", ""),
    Action("levers", "f4", "The levers: what conditions the model beside the text", ""),
    Action("lens", "", "The lens: what the model saw of the fan in view, token by token"),
    Action("map", "f2", "The map: the whole tree", "map", rank=6),
    Action("mirror", "f6", "The mirror: how you write, in measurements", ""),
    Action("help", "f1", "All keys", "help", rank=2),
    Action("search", "ctrl+f", "Search every loom and branch", ""),
    Action("looms", "f7", "Library of looms", ""),
    Action("models", "f8", "Models on this machine", ""),
    Action("palette", "ctrl+p", "All commands by name", "all"),
    Action("which_key", "ctrl+o", "Go to another screen", "go to", rank=5),
    Action("quit", "ctrl+q", "Quit; everything is saved", "quit"),
)


_CHANGING = frozenset({"map_hide", "map_bookmark", "map_tag", "map_note", "map_name", "map_move_up", "map_move_down"})
_CHANGING |= {"score", "take_choice", "take_blocks", "map_split", "map_join", "map_rewrite", "map_purge"}
_CHANGING |= {
    "edit_lever",
    "lever_more",
    "lever_less",
    "lever_away",
    "levers_fan",
    "lever_done",
    "use_named",
    "lever_shelf",
}
_CHANGING |= {"mirror_good", "mirror_not_good", "lever_shelf"}
_ELSEWHERE = {
    action.id
    for action in ACTIONS
    if action.where not in ("editor", "branches", "anywhere") and action.id not in _CHANGING
}
_GOING = frozenset({"take_over", "help", "palette", "which_key", "quit", "tool_note"})
_GOING |= {"map", "tokens", "levers", "lens", "mirror", "looms", "models", "search"}
APP_ACTIONS = _GOING | {"process", "edit_process", "samplers", "beside"}
"""What the app does, whatever screen is shown."""
READING = _LOOKING | _ELSEWHERE | _GOING | {"compare", "compare_then", "provenance", "tokens_here", "look_back"}
"""The actions that change nothing, for a loom that is written in another window."""


def rebound(keys: Mapping[str, str]) -> tuple[Action, ...]:
    """The actions with the person's own keys. Raises BadKeys for an unknown action or a key used twice."""
    known = {action.id for action in ACTIONS}
    for name in keys:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}."
            raise BadKeys(f"keys.{name}: there is no such action; {hint}")
    actions = tuple(replace(action, keys=keys.get(action.id, action.keys)) for action in ACTIONS)
    for place in PLACES:
        owners: dict[str, str] = {}
        for action in actions:
            if action.where not in (place, "anywhere"):
                continue
            for key in action.names:
                owner = owners.setdefault(key, action.id)
                if owner != action.id:
                    raise BadKeys(f"The key {key} is given to both {owner} and {action.id}; change one in [keys].")
    return actions
