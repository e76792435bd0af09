{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='append_new_columns', full_refresh=false
) }}

{{ grouped_decisions('lead', ref('int_person_records'), ref('int_identity_links')) }}
