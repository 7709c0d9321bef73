# bin/setenv.sh: after an OutOfMemoryError nobody knows which threads still work, so the process ends, and the service manager starts it
# again.
CATALINA_OPTS="$CATALINA_OPTS -XX:+ExitOnOutOfMemoryError"
