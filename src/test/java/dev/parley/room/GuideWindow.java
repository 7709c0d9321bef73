package dev.parley.room;

import dev.parley.backplane.Draft;
import dev.parley.backplane.Entry;
import dev.parley.protocol.Json;

/** Lines like those of the guide's chat. */
public enum GuideWindow implements Window {
    GUIDE;

    @Override
    public String render(Entry entry) {
        Draft draft = entry.draft();
        String who = "Client #" + draft.author().user();
        return switch (draft.kind()) {
            case ERASED -> throw new IllegalStateException("what was erased is not shown");
            case MESSAGE -> who + " says: " + draft.text();
            case JSON -> who + " says: " + plain(draft.text());
            case LEFT -> who + " left the chat";
        };
    }

    /** A string says what it says; anything else is shown as what it is. */
    private static String plain(String json) {
        return Json.parse(json)
                .map(value -> value.string().orElseGet(value::compact))
                .orElse(json);
    }

    @Override
    public String acknowledge(Draft own) {
        return "You wrote: " + own.text();
    }
}
