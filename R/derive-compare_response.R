# Derived best responses beside those that an ADRS supplies, patient by patient and parameter by parameter.

# One row per patient and parameter (BOR, CBOR) that `supplied` holds; `agrees` covers the response and its
# date.
compare_response <- function(best, supplied) {
  parts <- lapply(c("BOR", "CBOR"), function(param) {
    records <- supplied[supplied$PARAMCD %in% param & supplied$USUBJID %in% best$USUBJID, ]
    if (nrow(records) == 0) {
      return(NULL)
    }
    own <- best[match(records$USUBJID, best$USUBJID), ]
    date <- own[[paste0(param, "DT")]]
    supplied_date <- if (is.null(records[["ADT"]])) date else as.Date(records[["ADT"]])
    same_date <- is.na(date) & is.na(supplied_date) | (date == supplied_date) %in% TRUE
    same_response <- (response_code(records$AVALC) == response_code(own[[param]])) %in% TRUE
    data.frame(
      USUBJID = records$USUBJID, PARAMCD = param, SUPPLIED = as.character(records$AVALC),
      DERIVED = own[[param]],
      SUPPLIEDDT = supplied_date, DERIVEDDT = date, AGREES = same_response & same_date,
      REASON = own[[if (param == "BOR") "REASON" else "CREASON"]]
    )
  })
  do.call(rbind, parts)
}
