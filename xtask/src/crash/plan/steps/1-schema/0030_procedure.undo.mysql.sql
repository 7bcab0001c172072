DROP PROCEDURE enter_end;
