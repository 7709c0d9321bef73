package dev.parley.backplane;

/**
 * Who is told on this node what happens in rooms, each thing once in the whole cluster: by the node through which it happened, and of
 * members of a node that died by the one that takes them off. Called by threads of the engine's or of whoever did it, in order for each
 * room as far as this node is concerned, and perhaps under a lock: nothing here may block, throw or call the backplane.
 */
public interface Witness {
    /** Whether it is told who comes to a room and who goes. */
    boolean seesMembers(RoomId room);

    /** Whether it is told what is said in a room. */
    boolean seesMessages(RoomId room);

    /** Users have come or gone. */
    void moved(RoomId room, Turnout turnout);

    /** Something that was said is stored, and was not stored before. */
    void stored(RoomId room, Position position, Draft draft);
}
