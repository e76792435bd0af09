{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}

{{ grouped_decisions('account', ref('int_account_records'), ref('int_account_links')) }}
