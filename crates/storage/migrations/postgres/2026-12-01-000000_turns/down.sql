DROP TABLE turn;
DROP TABLE turn_counter;
