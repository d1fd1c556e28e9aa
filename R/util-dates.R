# Dates as they come: complete, incomplete in words ("2024-03", "2024-03-UN", "UN-MAR-2024"), or none.

# Reads dates. `date` is the complete date or NA; where only the year, or year and month, are known, `year`
# and `month` hold them and `missing` says what is not known: "D" the day, "M" the month too. `bad` marks
# what is no date at all.
read_dates <- function(x) {
  if (inherits(x, "Date")) {
    return(complete_dates(x))
  }
  if (inherits(x, "POSIXt")) {
    zone <- attr(x, "tzone")[1]
    return(complete_dates(as.Date(x, tz = if (is.null(zone) || zone == "") Sys.timezone() else zone)))
  }
  if (is.factor(x) || is.character(x)) {
    return(read_date_words(as.character(x)))
  }
  complete_dates(as.Date(rep(NA, length(x))), bad = !is.na(x))
}

complete_dates <- function(date, bad = rep(FALSE, length(date))) {
  none <- rep(NA_integer_, length(date))
  date <- structure(floor(as.numeric(date)), class = "Date")
  list(date = date, year = none, month = none, missing = rep(NA_character_, length(date)), bad = bad)
}

# Every distinct text is read once.
read_date_words <- function(x) {
  words <- unique(x)
  parts <- date_parts(toupper(trimws(words)))
  at <- match(x, words)
  list(
    date = parts$date[at], year = parts$year[at], month = parts$month[at], missing = parts$missing[at],
    bad = parts$bad[at]
  )
}

date_parts <- function(words) {
  words <- sub("^([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})[T ][0-9]{2}.*$", "\\1", words)
  words <- day_first(sub("[ :][0-9]{2}:[0-9]{2}.*$", "", words))
  empty <- is.na(words) | words %in% c("", "NA", ".") | grepl("^[UNKX]+([-/. ]?[UNKX]+)*$", words)
  pattern <- "^([0-9]{4})(-([0-9]{1,2}|UN|UNK|XX|-))?(-([0-9]{1,2}|UN|UNK|XX))?$"
  known <- !empty & grepl(pattern, words)
  piece <- function(i) {
    text <- ifelse(known, sub(pattern, paste0("\\", i), words), "")
    suppressWarnings(as.integer(ifelse(grepl("^[0-9]+$", text), text, NA)))
  }
  year <- piece(1)
  month <- piece(3)
  day <- ifelse(is.na(month), NA, piece(5))
  full <- known & !is.na(day)
  date <- as.Date(rep(NA_real_, length(words)), origin = "1970-01-01")
  date[full] <- as.Date(sprintf("%04d-%02d-%02d", year, month, day)[full], format = "%Y-%m-%d")
  partial <- known & !full & (is.na(month) | month %in% 1:12)
  list(
    date = date, year = ifelse(partial, year, NA), month = ifelse(partial, month, NA),
    missing = ifelse(partial, ifelse(is.na(month), "M", "D"), NA),
    bad = !empty & !partial & is.na(date)
  )
}

# "01MAR2024", "UN-MAR-2024" and "UN-UNK-2024" as year-month-day; a month in words leaves no doubt which
# number is the day.
day_first <- function(words) {
  pattern <- "^([0-9]{1,2}|UN|UNK|XX)[-/ ]?([A-Z]{2,3})[-/ ]?([0-9]{4})$"
  hit <- grepl(pattern, words)
  month <- match(sub(pattern, "\\2", words[hit]), toupper(month.abb))
  words[hit] <- paste0(
    sub(pattern, "\\3", words[hit]), ifelse(is.na(month), "", sprintf("-%02d", month)),
    ifelse(is.na(month), "", paste0("-", sub(pattern, "\\1", words[hit])))
  )
  words
}

is_incomplete <- function(dates) !is.na(dates$missing)
