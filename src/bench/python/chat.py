"""The guide's chat and echo with FastAPI on uvicorn, with uvloop and without a log line for each handshake."""

import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


class Members:
    def __init__(self):
        self.present = []

    async def broadcast(self, text):
        # A copy: while one send waits, somebody else may join or leave.
        for member in list(self.present):
            try:
                await member.send_text(text)
            except Exception:
                pass  # gone; its own task takes it out


members = Members()


@app.websocket("/ws")
async def echo(socket: WebSocket):
    await socket.accept()
    try:
        while True:
            await socket.send_text(f"Message text was: {await socket.receive_text()}")
    except WebSocketDisconnect:
        pass


@app.websocket("/ws/{client_id}")
async def chat(socket: WebSocket, client_id: int):
    await socket.accept()
    members.present.append(socket)
    try:
        while True:
            text = await socket.receive_text()
            await socket.send_text(f"You wrote: {text}")
            await members.broadcast(f"Client #{client_id} says: {text}")
    except WebSocketDisconnect:
        members.present.remove(socket)
        await members.broadcast(f"Client #{client_id} left the chat")


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        ws="websockets",
        log_level="warning",
        backlog=4096,
    )
