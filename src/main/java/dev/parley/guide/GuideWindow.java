package dev.parley.guide;

import dev.parley.endpoint.TextWindow;

/**
 * The lines of the FastAPI guide's chat, to the letter.
 *
 * @see <a href="https://fastapi.tiangolo.com/advanced/websockets/">docs_src/websockets/tutorial003.py</a>
 */
enum GuideWindow implements TextWindow {
    GUIDE;

    @Override
    public String message(String user, String text) {
        return "Client #" + user + " says: " + text;
    }

    @Override
    public String left(String user) {
        return "Client #" + user + " left the chat";
    }

    @Override
    public String acknowledged(String text) {
        return "You wrote: " + text;
    }
}
