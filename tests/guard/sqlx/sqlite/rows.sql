INSERT INTO articles (id, number, price) VALUES (1, '00417', '9.90'), (2, '10E2', '12.00'), (3, '7', '0.10');
