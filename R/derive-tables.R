# What the doors of the derivations do with a table that comes without a study.

# A plain data frame, whose dates with a time are the days of their own time zone (those are named ...DT).
plain_table <- function(x) {
  if (!is.data.frame(x)) {
    return(x)
  }
  if (!inherits(x, "tte_responses")) x <- as.data.frame(x)
  dated <- grep("DT$|^ADTPD$", names(x), value = TRUE)
  timed <- Filter(function(column) inherits(x[[column]], "POSIXt"), dated)
  x[timed] <- lapply(timed, function(column) read_dates(x[[column]])$date)
  x
}

wrong_source <- function(argument) {
  fault(argument, "wrong_type", "must be a study or a data frame",
    remedy = "Make a study with study() or study_from_adam()."
  )
}

# A cut that is no date would count everything, or nothing.
cut_day_faults <- function(data_cut) {
  one <- inherits(data_cut, c("Date", "POSIXt")) && length(data_cut) == 1 && !is.na(data_cut)
  if (!is.null(data_cut) && !one) {
    fault("data_cut", "not_a_date", "must be one date", remedy = "Use as.Date().")
  }
}

cut_day <- function(data_cut) if (is.null(data_cut)) NULL else read_dates(data_cut)$date

counted_patients <- function(n) sprintf("%d %s", n, ngettext(n, "patient", "patients"))
