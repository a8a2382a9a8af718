/* Loaded before a program (LD_PRELOAD), it counts the program's allocations and says how many there were when the program ends. */
