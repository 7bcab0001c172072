-- Report: departures by destination and month
SELECT destination, SUBSTR(departure_date, 1, 7) AS month, COUNT(*) AS departures
FROM departures WHERE departure_date IS NOT NULL
GROUP BY destination, SUBSTR(departure_date, 1, 7) ORDER BY destination, month
