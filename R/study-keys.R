# Which rows belong together: values as numbers, rows that are there twice, and the latest day of a person.
# Tables of studies have millions of rows, mostly in order, and what is in order has nothing twice.

# Whole numbers, 1 or more, that are equal where the values are; of whole numbers and dates, which are most
# often near each other, in their order.
column_code <- function(x) {
  if (is.numeric(x) || inherits(x, "Date")) {
    number <- as.numeric(x)
    ends <- suppressWarnings(range(number))
    if (is.finite(diff(ends)) && diff(ends) < 1e6 && all(number == floor(number))) {
      return(number - ends[1] + 1)
    }
  }
  match(x, unique(x))
}

# Numbers that are equal where all the columns are.
key_code <- function(columns) {
  key <- rep(1, length(columns[[1]]))
  for (column in columns) {
    code <- column_code(column)
    most <- max(code, 1) + 1
    # Whole numbers are exact up to 2^53.
    if (max(key, 1) * most > 2^52) key <- match(key, unique(key))
    key <- key * most + code
  }
  key
}

# Numbers 1, 2, ... for the distinct combinations of values.
group_number <- function(columns) {
  key <- key_code(columns)
  match(key, unique(key))
}

# Which rows have another one before them with the same values.
row_twice <- function(columns) {
  key <- key_code(columns)
  if (is.unsorted(key, strictly = TRUE)) duplicated(key) else rep(FALSE, length(key))
}

# The latest day of each of `n` persons, -Inf without one. Where a person's last row is not the latest, it is
# among the few that are looked at again.
latest_day <- function(day, row, n) {
  known <- is.finite(day) & !is.na(row)
  if (!all(known)) {
    day <- day[known]
    row <- row[known]
  }
  latest <- rep(-Inf, n)
  latest[row] <- day
  later <- which(day > latest[row])
  later <- later[order(day[later])]
  latest[row[later]] <- day[later]
  latest
}
