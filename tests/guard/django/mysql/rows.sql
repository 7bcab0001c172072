INSERT INTO library_account (id, holder, rate) VALUES (1, 'Ada', 3.125000), (2, 'Grace', 2.500000), (3, 'Edsger', 0.004000);
INSERT INTO library_payment (id, account_id, amount, paid_at) VALUES
  (1, 1, 100.00, '2026-01-31 09:00:00.125000'), (2, 2, 25.50, '2026-02-28 09:00:00'), (3, 1, 100.00, '2026-02-28 09:00:00');
