"""The labelling configuration to paste into a Label Studio project."""

from __future__ import annotations

from defiller.labels.kinds import KINDS, Group, Kind

CONTROL = "kind"
"""Name of the control tag, which results call ``from_name``."""
OBJECT = "text"
"""Name of the object tag, which results call ``to_name``."""

KEYS: dict[Kind, str] = {
    Kind.SUBSTANCE: "s",
    Kind.NAVIGATION: "n",
    Kind.RELATED: "r",
    Kind.PROMOTION: "p",
    Kind.LEGAL: "l",
    Kind.BYLINE: "b",
    Kind.COMMENTS: "c",
    Kind.FAQ: "f",
    Kind.CALLOUT: "d",
    Kind.RECAP: "k",
    Kind.ENGAGEMENT: "q",
    Kind.EVERGREEN: "e",
    Kind.FLUFF: "u",
    Kind.DUPLICATE: "x",
}
"""The key that picks each kind: the guidelines' code for it."""

# One colour a group, so that a page shows at a glance what would go: green stays, blue is the
# site's furniture, orange was written to fill.
_COLOURS = {Group.SUBSTANCE: "#4c9f70", Group.BOILERPLATE: "#4a7fb5", Group.FILLER: "#d9822b"}


def articles_config() -> str:
    """The configuration for article tasks: spans of the text, selected by whole paragraphs."""
    labels = "\n".join(
        f'    <Label value="{kind}" hotkey="{KEYS[kind]}" background="{_COLOURS[kind.group]}"/>'
        for kind in KINDS
    )
    return f"""<View>
  <Header value="$title"/>
  <Labels name="{CONTROL}" toName="{OBJECT}">
{labels}
  </Labels>
  <Text name="{OBJECT}" value="$text" granularity="paragraph"/>
</View>
"""


def paragraphs_config() -> str:
    """The configuration for paragraph tasks: a choice for one paragraph between its neighbours."""
    choices = "\n".join(f'    <Choice value="{kind}" hotkey="{KEYS[kind]}"/>' for kind in KINDS)
    return f"""<View>
  <Header value="$title"/>
  <View style="opacity: 0.6"><Text name="before" value="$before"/></View>
  <Text name="{OBJECT}" value="$text"/>
  <View style="opacity: 0.6"><Text name="after" value="$after"/></View>
  <Choices name="{CONTROL}" toName="{OBJECT}" choice="single-radio" required="true" \
showInLine="true">
{choices}
  </Choices>
</View>
"""
