-- migrate:up
CREATE TABLE subscribers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(120) NOT NULL,
  name VARCHAR(80) NOT NULL,
  joined_on DATE NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;

CREATE TABLE letters (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  subject VARCHAR(200) NOT NULL
) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;

-- migrate:down
DROP TABLE letters;
DROP TABLE subscribers;
