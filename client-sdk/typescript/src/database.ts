// Written by `make generate` from the database; do not edit.

/** What a column of JSON holds. */
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

/** A row of a table or view as requests read it: `Tables<"events">`. */
export type Tables<Name extends keyof (Public["Tables"] & Public["Views"])> = (Public["Tables"] &
  Public["Views"])[Name] extends { Row: infer Row }
  ? Row
  : never;

/** What an insert into a table takes. */
export type TablesInsert<Name extends keyof Public["Tables"]> = Public["Tables"][Name]["Insert"];

/** What an update of a table takes. */
export type TablesUpdate<Name extends keyof Public["Tables"]> = Public["Tables"][Name]["Update"];

type Public = Database["public"];

/**
 * The tables that requests may name, for `createClient<Database>()` of supabase-js.
 *
 * A column that is masked for the caller's role is absent from its rows. A sealed column reads as null once its person's data
 * were erased. `never` is what no request may write.
 */
export interface Database {
  public: {
    Tables: {
      /** Companies: sponsors, buyers, media, clients, vendors. The only directory of them. last_activity_at is the time of the latest activity. */
      accounts: {
        Row: {
          id: string;
          organization_id: string;
          brand_id: string | null;
          owner_id: string | null;
          name: string;
          types: ("sponsor" | "buyer" | "media" | "client" | "vendor" | "other")[];
          industry: string | null;
          website: string | null;
          logo_url: string | null;
          budget_tier: string | null;
          company_info: Json;
          contact_info: string | null;
          status: "active" | "inactive" | "pending" | "archived";
          tags: string[];
          last_activity_at: string | null;
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          owner_id?: string | null;
          name: string;
          types?: ("sponsor" | "buyer" | "media" | "client" | "vendor" | "other")[];
          industry?: string | null;
          website?: string | null;
          logo_url?: string | null;
          budget_tier?: string | null;
          company_info?: Json;
          contact_info?: string | null;
          status?: "active" | "inactive" | "pending" | "archived";
          tags?: string[];
          last_activity_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          owner_id?: string | null;
          name?: string;
          types?: ("sponsor" | "buyer" | "media" | "client" | "vendor" | "other")[];
          industry?: string | null;
          website?: string | null;
          logo_url?: string | null;
          budget_tier?: string | null;
          company_info?: Json;
          contact_info?: string | null;
          status?: "active" | "inactive" | "pending" | "archived";
          tags?: string[];
          last_activity_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "accounts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "accounts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "accounts_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "accounts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "accounts_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "accounts_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** What a brand does to be noticed, on social channels and in the street, and how hot it ran. */
      activations: {
        Row: {
          id: string;
          organization_id: string;
          brand_id: string | null;
          event_id: string | null;
          campaign_id: string | null;
          sponsor_id: string | null;
          name: string;
          channel: "social" | "physical";
          platform: string | null;
          location: string | null;
          starts_at: string | null;
          ends_at: string | null;
          status: "planned" | "live" | "ended";
          heat_score: number | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          event_id?: string | null;
          campaign_id?: string | null;
          sponsor_id?: string | null;
          name: string;
          channel: "social" | "physical";
          platform?: string | null;
          location?: string | null;
          starts_at?: string | null;
          ends_at?: string | null;
          status?: "planned" | "live" | "ended";
          heat_score?: number | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          event_id?: string | null;
          campaign_id?: string | null;
          sponsor_id?: string | null;
          name?: string;
          channel?: "social" | "physical";
          platform?: string | null;
          location?: string | null;
          starts_at?: string | null;
          ends_at?: string | null;
          status?: "planned" | "live" | "ended";
          heat_score?: number | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "activations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "activations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "activations_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activations_organization_id_campaign_id_fkey"; columns: ["organization_id", "campaign_id"]; isOneToOne: false; referencedRelation: "campaigns"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activations_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activations_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "activations_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activations_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** The timeline of a relationship: mails, messages, calls, meetings, notes. */
      activities: {
        Row: {
          id: string;
          organization_id: string;
          contact_id: string | null;
          account_id: string | null;
          deal_id: string | null;
          type: "email" | "whatsapp" | "call" | "meeting" | "note" | "stage_change" | "system";
          direction: "inbound" | "outbound" | null;
          content: string | null;
          metadata_json: Json;
          message_id: string | null;
          occurred_at: string;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          contact_id?: string | null;
          account_id?: string | null;
          deal_id?: string | null;
          type: "email" | "whatsapp" | "call" | "meeting" | "note" | "stage_change" | "system";
          direction?: "inbound" | "outbound" | null;
          content?: string | null;
          metadata_json?: Json;
          message_id?: string | null;
          occurred_at?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          contact_id?: string | null;
          account_id?: string | null;
          deal_id?: string | null;
          type?: "email" | "whatsapp" | "call" | "meeting" | "note" | "stage_change" | "system";
          direction?: "inbound" | "outbound" | null;
          content?: string | null;
          metadata_json?: Json;
          message_id?: string | null;
          occurred_at?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "activities_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "activities_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "activities_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activities_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activities_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activities_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activities_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "activities_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "activities_organization_id_message_id_fkey"; columns: ["organization_id", "message_id"]; isOneToOne: false; referencedRelation: "messages"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Sources behind what a run states. */
      ai_citations: {
        Row: {
          id: string;
          organization_id: string;
          ai_run_id: string;
          field: string | null;
          url: string;
          title: string | null;
          excerpt: string | null;
          retrieved_at: string;
          project_id: string | null;
          event_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          ai_run_id: string;
          field?: string | null;
          url: string;
          title?: string | null;
          excerpt?: string | null;
          retrieved_at?: string;
          project_id?: string | null;
          event_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: never;
        Relationships: [
          { foreignKeyName: "ai_citations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_citations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_citations_organization_id_ai_run_id_fkey"; columns: ["organization_id", "ai_run_id"]; isOneToOne: false; referencedRelation: "ai_runs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_citations_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Next best actions, sponsor candidates, partnership gaps, deals at risk and how to save them. */
      ai_recommendations: {
        Row: {
          id: string;
          organization_id: string;
          ai_run_id: string | null;
          event_id: string | null;
          deal_id: string | null;
          contact_id: string | null;
          account_id: string | null;
          kind: "next_best_action" | "sponsor_candidate" | "partnership_gap" | "deal_at_risk" | "salvage_strategy";
          title: string;
          reasoning: string;
          payload: Json;
          score: number | null;
          status: "proposed" | "accepted" | "dismissed" | "expired";
          decided_by: string | null;
          decided_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          ai_run_id?: string | null;
          event_id?: string | null;
          deal_id?: string | null;
          contact_id?: string | null;
          account_id?: string | null;
          kind: "next_best_action" | "sponsor_candidate" | "partnership_gap" | "deal_at_risk" | "salvage_strategy";
          title: string;
          reasoning: string;
          payload?: Json;
          score?: number | null;
          status?: "proposed" | "accepted" | "dismissed" | "expired";
          decided_by?: string | null;
          decided_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          ai_run_id?: string | null;
          event_id?: string | null;
          deal_id?: string | null;
          contact_id?: string | null;
          account_id?: string | null;
          kind?: "next_best_action" | "sponsor_candidate" | "partnership_gap" | "deal_at_risk" | "salvage_strategy";
          title?: string;
          reasoning?: string;
          payload?: Json;
          score?: number | null;
          status?: "proposed" | "accepted" | "dismissed" | "expired";
          decided_by?: string | null;
          decided_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "ai_recommendations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_recommendations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_recommendations_decided_by_fkey"; columns: ["decided_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_recommendations_decided_by_fkey"; columns: ["decided_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_recommendations_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_recommendations_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_recommendations_organization_id_ai_run_id_fkey"; columns: ["organization_id", "ai_run_id"]; isOneToOne: false; referencedRelation: "ai_runs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_recommendations_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_recommendations_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_recommendations_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_recommendations_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_recommendations_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Every run of an agent: what it was given, what it proposed, what a person made of it. */
      ai_runs: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string | null;
          event_id: string | null;
          deal_id: string | null;
          contact_id: string | null;
          account_id: string | null;
          parent_run_id: string | null;
          agent_node:
            | "orchestrator"
            | "strategy"
            | "analyst"
            | "content"
            | "controller"
            | "enrichment"
            | "account"
            | "retriever"
            | "guardian"
            | "scorer"
            | "website";
          input_context: Json;
          proposed_output: Json | null;
          output_schema: string | null;
          schema_valid: boolean | null;
          model: string | null;
          tokens_in: number | null;
          tokens_out: number | null;
          status: "queued" | "running" | "succeeded" | "failed";
          error: string | null;
          approval_status: "not_required" | "pending" | "approved" | "rejected" | "edited";
          decided_by: string | null;
          decided_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          event_id?: string | null;
          deal_id?: string | null;
          contact_id?: string | null;
          account_id?: string | null;
          parent_run_id?: string | null;
          agent_node:
            | "orchestrator"
            | "strategy"
            | "analyst"
            | "content"
            | "controller"
            | "enrichment"
            | "account"
            | "retriever"
            | "guardian"
            | "scorer"
            | "website";
          input_context?: Json;
          proposed_output?: Json | null;
          output_schema?: string | null;
          schema_valid?: boolean | null;
          model?: string | null;
          tokens_in?: number | null;
          tokens_out?: number | null;
          status?: "queued" | "running" | "succeeded" | "failed";
          error?: string | null;
          approval_status?: "not_required" | "pending" | "approved" | "rejected" | "edited";
          decided_by?: string | null;
          decided_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          event_id?: string | null;
          deal_id?: string | null;
          contact_id?: string | null;
          account_id?: string | null;
          parent_run_id?: string | null;
          agent_node?:
            | "orchestrator"
            | "strategy"
            | "analyst"
            | "content"
            | "controller"
            | "enrichment"
            | "account"
            | "retriever"
            | "guardian"
            | "scorer"
            | "website";
          input_context?: Json;
          proposed_output?: Json | null;
          output_schema?: string | null;
          schema_valid?: boolean | null;
          model?: string | null;
          tokens_in?: number | null;
          tokens_out?: number | null;
          status?: "queued" | "running" | "succeeded" | "failed";
          error?: string | null;
          approval_status?: "not_required" | "pending" | "approved" | "rejected" | "edited";
          decided_by?: string | null;
          decided_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "ai_runs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_runs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_runs_decided_by_fkey"; columns: ["decided_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_runs_decided_by_fkey"; columns: ["decided_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_runs_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_runs_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_runs_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_runs_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_runs_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_runs_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_runs_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "ai_runs_organization_id_parent_run_id_fkey"; columns: ["organization_id", "parent_run_id"]; isOneToOne: false; referencedRelation: "ai_runs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ai_runs_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** One request for approval, one decision; changes asked for are answered by the next round. */
      approvals: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string | null;
          event_id: string | null;
          entity_type: "asset" | "gallery" | "deliverable" | "shot_list" | "website_brief" | "call_sheet";
          entity_id: string;
          round: number;
          status: "pending" | "approved" | "changes_requested" | "rejected" | "withdrawn";
          requested_by: string | null;
          requested_at: string;
          due_at: string | null;
          decided_by: string | null;
          decided_at: string | null;
          comment: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          event_id?: string | null;
          entity_type: "asset" | "gallery" | "deliverable" | "shot_list" | "website_brief" | "call_sheet";
          entity_id: string;
          round?: number;
          status?: "pending" | "approved" | "changes_requested" | "rejected" | "withdrawn";
          requested_by?: string | null;
          requested_at?: string;
          due_at?: string | null;
          decided_by?: string | null;
          decided_at?: string | null;
          comment?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          event_id?: string | null;
          entity_type?: "asset" | "gallery" | "deliverable" | "shot_list" | "website_brief" | "call_sheet";
          entity_id?: string;
          round?: number;
          status?: "pending" | "approved" | "changes_requested" | "rejected" | "withdrawn";
          requested_by?: string | null;
          requested_at?: string;
          due_at?: string | null;
          decided_by?: string | null;
          decided_at?: string | null;
          comment?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "approvals_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "approvals_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "approvals_decided_by_fkey"; columns: ["decided_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "approvals_decided_by_fkey"; columns: ["decided_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "approvals_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "approvals_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "approvals_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "approvals_requested_by_fkey"; columns: ["requested_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "approvals_requested_by_fkey"; columns: ["requested_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** The tree of asset categories. */
      asset_categories: {
        Row: {
          id: string;
          organization_id: string;
          parent_id: string | null;
          name: string;
          description: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          parent_id?: string | null;
          name: string;
          description?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          parent_id?: string | null;
          name?: string;
          description?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "asset_categories_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_categories_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_categories_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_categories_organization_id_parent_id_fkey"; columns: ["organization_id", "parent_id"]; isOneToOne: false; referencedRelation: "asset_categories"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** What an asset shows, and as what. */
      asset_links: {
        Row: {
          id: string;
          organization_id: string;
          asset_id: string;
          event_id: string | null;
          project_id: string | null;
          entity_type:
            | "event"
            | "shoot"
            | "product"
            | "brand"
            | "collection"
            | "model_profile"
            | "designer_profile"
            | "venue"
            | "account"
            | "campaign"
            | "shot"
            | "look"
            | "deliverable";
          entity_id: string;
          role: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          asset_id: string;
          event_id?: string | null;
          project_id?: string | null;
          entity_type:
            | "event"
            | "shoot"
            | "product"
            | "brand"
            | "collection"
            | "model_profile"
            | "designer_profile"
            | "venue"
            | "account"
            | "campaign"
            | "shot"
            | "look"
            | "deliverable";
          entity_id: string;
          role?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          asset_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          entity_type?:
            | "event"
            | "shoot"
            | "product"
            | "brand"
            | "collection"
            | "model_profile"
            | "designer_profile"
            | "venue"
            | "account"
            | "campaign"
            | "shot"
            | "look"
            | "deliverable";
          entity_id?: string;
          role?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "asset_links_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_links_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_links_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** What one person may do with one asset, until when. Whoever may edit or delete may also see. */
      asset_permissions: {
        Row: {
          id: string;
          organization_id: string;
          asset_id: string;
          event_id: string | null;
          project_id: string | null;
          user_id: string;
          permission_type: "view" | "edit" | "delete";
          granted_at: string;
          expires_at: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          asset_id: string;
          event_id?: string | null;
          project_id?: string | null;
          user_id: string;
          permission_type: "view" | "edit" | "delete";
          granted_at?: string;
          expires_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          asset_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          user_id?: string;
          permission_type?: "view" | "edit" | "delete";
          granted_at?: string;
          expires_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "asset_permissions_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_permissions_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_permissions_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_permissions_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_permissions_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_permissions_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_permissions_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_permissions_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_permissions_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_permissions_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Sizes and formats of an asset. */
      asset_variants: {
        Row: {
          id: string;
          organization_id: string;
          asset_id: string;
          event_id: string | null;
          project_id: string | null;
          size_spec_id: string;
          storage_object_id: string | null;
          file_url: string | null;
          file_size_bytes: number | null;
          is_primary: boolean;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          asset_id: string;
          event_id?: string | null;
          project_id?: string | null;
          size_spec_id: string;
          storage_object_id?: string | null;
          file_url?: string | null;
          file_size_bytes?: number | null;
          is_primary?: boolean;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          asset_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          size_spec_id?: string;
          storage_object_id?: string | null;
          file_url?: string | null;
          file_size_bytes?: number | null;
          is_primary?: boolean;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "asset_variants_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_variants_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_variants_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_variants_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_variants_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_variants_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_variants_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_variants_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "asset_variants_organization_id_storage_object_id_fkey"; columns: ["organization_id", "storage_object_id"]; isOneToOne: false; referencedRelation: "storage_objects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "asset_variants_size_spec_id_fkey"; columns: ["size_spec_id"]; isOneToOne: false; referencedRelation: "media_size_specs"; referencedColumns: ["id"] },
        ];
      };
      /** Every photo, video, document, logo and banner. A client sees those of published galleries of their projects, and no raw upload. */
      assets: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          shoot_id: string | null;
          project_id: string | null;
          sponsor_id: string | null;
          category_id: string | null;
          size_spec_id: string | null;
          storage_object_id: string | null;
          uploaded_by: string;
          name: string;
          asset_type: "image" | "video" | "document" | "logo" | "banner";
          status: "uploading" | "processing" | "pending" | "approved" | "rejected" | "failed" | "archived";
          file_url: string | null;
          thumbnail_url: string | null;
          file_size_bytes: number | null;
          mime_type: string | null;
          dimensions: Json;
          duration_seconds: number | null;
          ai_score: number | null;
          is_featured: boolean;
          is_final: boolean;
          approved_by: string | null;
          approved_at: string | null;
          client_visible: boolean;
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          shoot_id?: string | null;
          project_id?: string | null;
          sponsor_id?: string | null;
          category_id?: string | null;
          size_spec_id?: string | null;
          storage_object_id?: string | null;
          uploaded_by?: string;
          name: string;
          asset_type: "image" | "video" | "document" | "logo" | "banner";
          status?: "uploading" | "processing" | "pending" | "approved" | "rejected" | "failed" | "archived";
          file_url?: string | null;
          thumbnail_url?: string | null;
          file_size_bytes?: number | null;
          mime_type?: string | null;
          dimensions?: Json;
          duration_seconds?: number | null;
          ai_score?: number | null;
          is_featured?: boolean;
          is_final?: boolean;
          approved_by?: string | null;
          approved_at?: string | null;
          client_visible?: boolean;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          shoot_id?: string | null;
          project_id?: string | null;
          sponsor_id?: string | null;
          category_id?: string | null;
          size_spec_id?: string | null;
          storage_object_id?: string | null;
          uploaded_by?: string;
          name?: string;
          asset_type?: "image" | "video" | "document" | "logo" | "banner";
          status?: "uploading" | "processing" | "pending" | "approved" | "rejected" | "failed" | "archived";
          file_url?: string | null;
          thumbnail_url?: string | null;
          file_size_bytes?: number | null;
          mime_type?: string | null;
          dimensions?: Json;
          duration_seconds?: number | null;
          ai_score?: number | null;
          is_featured?: boolean;
          is_final?: boolean;
          approved_by?: string | null;
          approved_at?: string | null;
          client_visible?: boolean;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "assets_approved_by_fkey"; columns: ["approved_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_approved_by_fkey"; columns: ["approved_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_organization_id_category_id_fkey"; columns: ["organization_id", "category_id"]; isOneToOne: false; referencedRelation: "asset_categories"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_organization_id_storage_object_id_fkey"; columns: ["organization_id", "storage_object_id"]; isOneToOne: false; referencedRelation: "storage_objects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_size_spec_id_fkey"; columns: ["size_spec_id"]; isOneToOne: false; referencedRelation: "media_size_specs"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_uploaded_by_fkey"; columns: ["uploaded_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_uploaded_by_fkey"; columns: ["uploaded_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Every change, for good: journal rows whose window has passed, without personal values, so that nobody who is erased remains here. Monthly partitions. */
      audit_log: {
        Row: {
          id: number;
          organization_id: string | null;
          occurred_at: string;
          actor_kind: "user" | "device" | "plugin" | "system" | "database";
          actor_id: string | null;
          request_id: string | null;
          action: "I" | "U" | "D";
          table_name: string;
          row_key: Json;
          changed: string[] | null;
          old_values: Json | null;
          new_values: Json | null;
          entry: number | null;
          people: string[];
          hash: string | null;
        };
        Insert: never;
        Update: never;
        Relationships: [];
      };
      /** What is owed for a project, a shoot or an event, part by part, in order. */
      billing_milestones: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string | null;
          shoot_id: string | null;
          event_id: string | null;
          contract_id: string | null;
          invoice_id: string | null;
          title: string;
          amount: number;
          currency: string;
          due_date: string | null;
          status: "pending" | "invoiced" | "paid" | "overdue";
          invoice_url: string | null;
          paid_at: string | null;
          order_index: number;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          shoot_id?: string | null;
          event_id?: string | null;
          contract_id?: string | null;
          invoice_id?: string | null;
          title?: string;
          amount: number;
          currency?: string;
          due_date?: string | null;
          status?: "pending" | "invoiced" | "paid" | "overdue";
          invoice_url?: string | null;
          paid_at?: string | null;
          order_index?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          shoot_id?: string | null;
          event_id?: string | null;
          contract_id?: string | null;
          invoice_id?: string | null;
          title?: string;
          amount?: number;
          currency?: string;
          due_date?: string | null;
          status?: "pending" | "invoiced" | "paid" | "overdue";
          invoice_url?: string | null;
          paid_at?: string | null;
          order_index?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "billing_milestones_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "billing_milestones_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "billing_milestones_organization_id_contract_id_fkey"; columns: ["organization_id", "contract_id"]; isOneToOne: false; referencedRelation: "contracts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "billing_milestones_organization_id_contract_id_fkey"; columns: ["organization_id", "contract_id"]; isOneToOne: false; referencedRelation: "vendor_contracts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "billing_milestones_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "billing_milestones_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "billing_milestones_organization_id_invoice_id_fkey"; columns: ["organization_id", "invoice_id"]; isOneToOne: false; referencedRelation: "invoices"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "billing_milestones_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "billing_milestones_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** A brand's voice, version by version; messages are checked against the current one. */
      brand_dna: {
        Row: {
          id: string;
          organization_id: string;
          brand_id: string;
          version: string;
          verbal_pillars: Json;
          rules: Json;
          is_current: boolean;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          brand_id: string;
          version: string;
          verbal_pillars?: Json;
          rules?: Json;
          is_current?: boolean;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          brand_id?: string;
          version?: string;
          verbal_pillars?: Json;
          rules?: Json;
          is_current?: boolean;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "brand_dna_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "brand_dna_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "brand_dna_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "brand_dna_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Budget lines: planned against actual, in the currency of their event. */
      budget_items: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          project_id: string | null;
          category: string;
          item_name: string;
          currency: string;
          budgeted_amount: number;
          actual_amount: number;
          status: "planned" | "committed" | "invoiced" | "paid";
          vendor_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          category: string;
          item_name: string;
          currency?: string;
          budgeted_amount?: number;
          actual_amount?: number;
          status?: "planned" | "committed" | "invoiced" | "paid";
          vendor_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          category?: string;
          item_name?: string;
          currency?: string;
          budgeted_amount?: number;
          actual_amount?: number;
          status?: "planned" | "committed" | "invoiced" | "paid";
          vendor_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "budget_items_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "budget_items_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "budget_items_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "budget_items_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "budget_items_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "budget_items_organization_id_vendor_id_fkey"; columns: ["organization_id", "vendor_id"]; isOneToOne: false; referencedRelation: "vendors"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Call sheets of a day of a shoot or an event, in versions. An issued one stays as it was issued; the next one supersedes it. */
      call_sheets: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string | null;
          shoot_id: string | null;
          event_id: string | null;
          version: number;
          sheet_date: string;
          content: Json;
          asset_id: string | null;
          source_seq: number | null;
          status: "draft" | "issued" | "superseded";
          issued_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          shoot_id?: string | null;
          event_id?: string | null;
          version?: number;
          sheet_date: string;
          content: Json;
          asset_id?: string | null;
          source_seq?: number | null;
          status?: "draft" | "issued" | "superseded";
          issued_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          shoot_id?: string | null;
          event_id?: string | null;
          version?: number;
          sheet_date?: string;
          content?: Json;
          asset_id?: string | null;
          source_seq?: number | null;
          status?: "draft" | "issued" | "superseded";
          issued_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "call_sheets_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "call_sheets_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "call_sheets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_sheets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_sheets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_sheets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_sheets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_sheets_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_sheets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "call_sheets_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_sheets_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** When models, designers, partners and crew are to be where, at an event or a shoot. date and time are local. */
      call_times: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          shoot_id: string | null;
          project_id: string | null;
          model_profile_id: string | null;
          designer_profile_id: string | null;
          stakeholder_id: string | null;
          staff_id: string | null;
          time_zone: string;
          call_at: string;
          date: string | null;
          time: string | null;
          location: string | null;
          notes: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          shoot_id?: string | null;
          project_id?: string | null;
          model_profile_id?: string | null;
          designer_profile_id?: string | null;
          stakeholder_id?: string | null;
          staff_id?: string | null;
          time_zone?: string;
          call_at: string;
          location?: string | null;
          notes?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          shoot_id?: string | null;
          project_id?: string | null;
          model_profile_id?: string | null;
          designer_profile_id?: string | null;
          stakeholder_id?: string | null;
          staff_id?: string | null;
          time_zone?: string;
          call_at?: string;
          location?: string | null;
          notes?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "call_times_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "call_times_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "call_times_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "designers"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "fashion_show_designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "call_times_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_staff_id_fkey"; columns: ["organization_id", "staff_id"]; isOneToOne: false; referencedRelation: "staff"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "call_times_organization_id_stakeholder_id_fkey"; columns: ["organization_id", "stakeholder_id"]; isOneToOne: false; referencedRelation: "stakeholders"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Marketing campaigns: signals, strategy and packs for each channel. */
      campaigns: {
        Row: {
          id: string;
          organization_id: string;
          brand_id: string | null;
          name: string;
          description: string | null;
          type: "email" | "social" | "push" | null;
          status: "draft" | "active" | "completed";
          start_date: string | null;
          end_date: string | null;
          brand_signals: Json;
          strategy: Json;
          assets: Json;
          channel_packs: Json;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          name: string;
          description?: string | null;
          type?: "email" | "social" | "push" | null;
          status?: "draft" | "active" | "completed";
          start_date?: string | null;
          end_date?: string | null;
          brand_signals?: Json;
          strategy?: Json;
          assets?: Json;
          channel_packs?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          name?: string;
          description?: string | null;
          type?: "email" | "social" | "push" | null;
          status?: "draft" | "active" | "completed";
          start_date?: string | null;
          end_date?: string | null;
          brand_signals?: Json;
          strategy?: Json;
          assets?: Json;
          channel_packs?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "campaigns_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "campaigns_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "campaigns_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "campaigns_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Assets that were exported to a product of a channel, at which place. */
      channel_media_links: {
        Row: {
          id: string;
          organization_id: string;
          asset_id: string;
          event_id: string | null;
          project_id: string | null;
          channel_product_id: string;
          external_media_id: string | null;
          position: number | null;
          status: "pending" | "exported" | "failed";
          exported_at: string | null;
          error: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          asset_id: string;
          event_id?: string | null;
          project_id?: string | null;
          channel_product_id: string;
          external_media_id?: string | null;
          position?: number | null;
          status?: "pending" | "exported" | "failed";
          exported_at?: string | null;
          error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          asset_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          channel_product_id?: string;
          external_media_id?: string | null;
          position?: number | null;
          status?: "pending" | "exported" | "failed";
          exported_at?: string | null;
          error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "channel_media_links_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "channel_media_links_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "channel_product_id"]; isOneToOne: false; referencedRelation: "channel_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "channel_product_id"]; isOneToOne: false; referencedRelation: "amazon_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "channel_product_id"]; isOneToOne: false; referencedRelation: "shopify_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Products as they are listed on sales channels. */
      channel_products: {
        Row: {
          id: string;
          organization_id: string;
          connection_id: string;
          channel: string;
          product_id: string | null;
          external_product_id: string | null;
          sku: string | null;
          title: string;
          handle: string | null;
          status: string;
          synced_at: string | null;
          payload_hash: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          connection_id: string;
          channel: string;
          product_id?: string | null;
          external_product_id?: string | null;
          sku?: string | null;
          title: string;
          handle?: string | null;
          status: string;
          synced_at?: string | null;
          payload_hash?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          connection_id?: string;
          channel?: string;
          product_id?: string | null;
          external_product_id?: string | null;
          sku?: string | null;
          title?: string;
          handle?: string | null;
          status?: string;
          synced_at?: string | null;
          payload_hash?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "channel_products_channel_connection_id_fkey"; columns: ["channel", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["provider", "id"] },
          { foreignKeyName: "channel_products_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "channel_products_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "channel_products_organization_id_product_id_fkey"; columns: ["organization_id", "product_id"]; isOneToOne: false; referencedRelation: "products"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Every scan, accepted or refused, as it was. Nothing in it changes but accepted to undone. */
      check_ins: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          registration_id: string | null;
          device_id: string | null;
          scanned_by: string | null;
          gate_id: string | null;
          scan_uid: string;
          qr_hash: string | null;
          direction: "in" | "out";
          result:
            | "accepted"
            | "duplicate"
            | "unknown"
            | "wrong_event"
            | "wrong_gate"
            | "cancelled"
            | "not_confirmed"
            | "not_inside"
            | "undone";
          people: number;
          entry_no: number | null;
          overridden: "wrong_gate" | "not_confirmed" | null;
          override_reason: string | null;
          offline: boolean;
          scanned_at: string;
          received_at: string;
          undone_at: string | null;
          created_at: string;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          registration_id?: string | null;
          device_id?: string | null;
          scanned_by?: string | null;
          gate_id?: string | null;
          scan_uid: string;
          qr_hash?: string | null;
          direction?: "in" | "out";
          result:
            | "accepted"
            | "duplicate"
            | "unknown"
            | "wrong_event"
            | "wrong_gate"
            | "cancelled"
            | "not_confirmed"
            | "not_inside"
            | "undone";
          people?: number;
          entry_no?: number | null;
          overridden?: "wrong_gate" | "not_confirmed" | null;
          override_reason?: string | null;
          offline?: boolean;
          scanned_at: string;
          received_at?: string;
          undone_at?: string | null;
          created_at?: string;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          registration_id?: string | null;
          device_id?: string | null;
          scanned_by?: string | null;
          gate_id?: string | null;
          scan_uid?: string;
          qr_hash?: string | null;
          direction?: "in" | "out";
          result?:
            | "accepted"
            | "duplicate"
            | "unknown"
            | "wrong_event"
            | "wrong_gate"
            | "cancelled"
            | "not_confirmed"
            | "not_inside"
            | "undone";
          people?: number;
          entry_no?: number | null;
          overridden?: "wrong_gate" | "not_confirmed" | null;
          override_reason?: string | null;
          offline?: boolean;
          scanned_at?: string;
          received_at?: string;
          undone_at?: string | null;
          created_at?: string;
        };
        Relationships: [
          { foreignKeyName: "check_ins_event_id_gate_id_fkey"; columns: ["event_id", "gate_id"]; isOneToOne: false; referencedRelation: "event_gates"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "check_ins_event_id_registration_id_fkey"; columns: ["event_id", "registration_id"]; isOneToOne: false; referencedRelation: "registrations"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "check_ins_event_id_registration_id_fkey"; columns: ["event_id", "registration_id"]; isOneToOne: false; referencedRelation: "tickets"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "check_ins_organization_id_device_id_fkey"; columns: ["organization_id", "device_id"]; isOneToOne: false; referencedRelation: "devices"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "check_ins_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "check_ins_scanned_by_fkey"; columns: ["scanned_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "check_ins_scanned_by_fkey"; columns: ["scanned_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Where an asset is in Cloudinary. public_id is unique in an organization, which has its own cloud. */
      cloudinary_assets: {
        Row: {
          id: string;
          organization_id: string;
          asset_id: string;
          event_id: string | null;
          project_id: string | null;
          connection_id: string | null;
          public_id: string;
          folder: string | null;
          format: string | null;
          width: number | null;
          height: number | null;
          bytes: number | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          asset_id: string;
          event_id?: string | null;
          project_id?: string | null;
          connection_id?: string | null;
          public_id: string;
          folder?: string | null;
          format?: string | null;
          width?: number | null;
          height?: number | null;
          bytes?: number | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          asset_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          connection_id?: string | null;
          public_id?: string;
          folder?: string | null;
          format?: string | null;
          width?: number | null;
          height?: number | null;
          bytes?: number | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "cloudinary_assets_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "cloudinary_assets_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "cloudinary_assets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Seasonal collections. */
      collections: {
        Row: {
          id: string;
          organization_id: string;
          designer_id: string | null;
          brand_id: string | null;
          name: string;
          description: string | null;
          season: string | null;
          year: number | null;
          status: "draft" | "published" | "archived";
          images: Json;
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          designer_id?: string | null;
          brand_id?: string | null;
          name: string;
          description?: string | null;
          season?: string | null;
          year?: number | null;
          status?: "draft" | "published" | "archived";
          images?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          designer_id?: string | null;
          brand_id?: string | null;
          name?: string;
          description?: string | null;
          season?: string | null;
          year?: number | null;
          status?: "draft" | "published" | "archived";
          images?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "collections_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "collections_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "collections_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "collections_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "collections_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "designers"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "collections_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "fashion_show_designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "collections_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Composite cards of models, versioned. */
      comp_cards: {
        Row: {
          id: string;
          organization_id: string;
          model_profile_id: string;
          layout: string;
          photo_asset_ids: string[];
          stats: Json;
          asset_id: string | null;
          version: number;
          status: "queued" | "rendered" | "failed";
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          model_profile_id: string;
          layout?: string;
          photo_asset_ids?: string[];
          stats?: Json;
          asset_id?: string | null;
          version?: number;
          status?: "queued" | "rendered" | "failed";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          model_profile_id?: string;
          layout?: string;
          photo_asset_ids?: string[];
          stats?: Json;
          asset_id?: string | null;
          version?: number;
          status?: "queued" | "rendered" | "failed";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "comp_cards_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "comp_cards_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "comp_cards_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "comp_cards_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "comp_cards_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "comp_cards_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "comp_cards_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "comp_cards_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "comp_cards_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "comp_cards_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "comp_cards_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Who was put into a segment by hand. */
      contact_segment_members: {
        Row: {
          id: string;
          organization_id: string;
          segment_id: string;
          contact_id: string | null;
          account_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          segment_id: string;
          contact_id?: string | null;
          account_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          segment_id?: string;
          contact_id?: string | null;
          account_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "contact_segment_members_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "contact_segment_members_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "contact_segment_members_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contact_segment_members_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contact_segment_members_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contact_segment_members_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "contact_segment_members_organization_id_segment_id_fkey"; columns: ["organization_id", "segment_id"]; isOneToOne: false; referencedRelation: "contact_segments"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Saved segments: by a filter, by hand, and the archive. */
      contact_segments: {
        Row: {
          id: string;
          organization_id: string;
          name: string;
          description: string | null;
          kind: "dynamic" | "static" | "archive";
          filter: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          name: string;
          description?: string | null;
          kind?: "dynamic" | "static" | "archive";
          filter?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          name?: string;
          description?: string | null;
          kind?: "dynamic" | "static" | "archive";
          filter?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "contact_segments_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "contact_segments_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "contact_segments_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** People of the relationships. One e-mail address and one WhatsApp number an organization, whatever their case. last_activity_at is the time of the latest activity. */
      contacts: {
        Row: {
          id: string;
          organization_id: string;
          brand_id: string | null;
          account_id: string | null;
          owner_id: string | null;
          name: string;
          email: string | null;
          whatsapp: string | null;
          role: string | null;
          tags: string[];
          sentiment_score: number | null;
          bio_grounded: string | null;
          status: "new" | "active" | "archived";
          last_activity_at: string | null;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          account_id?: string | null;
          owner_id?: string | null;
          name: string;
          email?: string | null;
          whatsapp?: string | null;
          role?: string | null;
          tags?: string[];
          sentiment_score?: number | null;
          bio_grounded?: string | null;
          status?: "new" | "active" | "archived";
          last_activity_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          account_id?: string | null;
          owner_id?: string | null;
          name?: string;
          email?: string | null;
          whatsapp?: string | null;
          role?: string | null;
          tags?: string[];
          sentiment_score?: number | null;
          bio_grounded?: string | null;
          status?: "new" | "active" | "archived";
          last_activity_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "contacts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "contacts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "contacts_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contacts_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contacts_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contacts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "contacts_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "contacts_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Who must sign a contract, and the evidence that they did. */
      contract_signatories: {
        Row: {
          id: string;
          organization_id: string;
          contract_id: string;
          event_id: string | null;
          project_id: string | null;
          user_id: string | null;
          name: string | null;
          email: string | null;
          order_index: number;
          status: "pending" | "viewed" | "signed" | "declined";
          token_expires_at: string | null;
          signed_at: string | null;
          signature: string | null;
          signed_sha256: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          contract_id: string;
          event_id?: string | null;
          project_id?: string | null;
          user_id?: string | null;
          name: string;
          email: string;
          order_index?: number;
          status?: "pending" | "viewed" | "signed" | "declined";
          token_expires_at?: string | null;
          signed_at?: string | null;
          signature?: string | null;
          signed_sha256?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          contract_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          user_id?: string | null;
          name?: string;
          email?: string;
          order_index?: number;
          status?: "pending" | "viewed" | "signed" | "declined";
          token_expires_at?: string | null;
          signed_at?: string | null;
          signature?: string | null;
          signed_sha256?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "contract_signatories_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "contract_signatories_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "contract_signatories_organization_id_contract_id_fkey"; columns: ["organization_id", "contract_id"]; isOneToOne: false; referencedRelation: "contracts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contract_signatories_organization_id_contract_id_fkey"; columns: ["organization_id", "contract_id"]; isOneToOne: false; referencedRelation: "vendor_contracts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contract_signatories_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "contract_signatories_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "contract_signatories_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Agreements with talent, venues, vendors, sponsors and clients. What was sent never changes. */
      contracts: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string | null;
          event_id: string | null;
          user_id: string | null;
          account_id: string | null;
          model_profile_id: string | null;
          designer_profile_id: string | null;
          vendor_id: string | null;
          venue_id: string | null;
          title: string;
          type: "talent" | "venue" | "vendor" | "sponsor" | "client";
          status: "draft" | "sent" | "signed" | "active" | "completed" | "declined" | "void";
          terms: Json;
          body: string | null;
          start_date: string | null;
          end_date: string | null;
          document_object_id: string | null;
          document_sha256: string | null;
          signed_object_id: string | null;
          signed_url: string | null;
          sent_at: string | null;
          signed_at: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          event_id?: string | null;
          user_id?: string | null;
          account_id?: string | null;
          model_profile_id?: string | null;
          designer_profile_id?: string | null;
          vendor_id?: string | null;
          venue_id?: string | null;
          title?: string;
          type: "talent" | "venue" | "vendor" | "sponsor" | "client";
          status?: "draft" | "sent" | "signed" | "active" | "completed" | "declined" | "void";
          terms?: Json;
          body?: string | null;
          start_date?: string | null;
          end_date?: string | null;
          document_object_id?: string | null;
          document_sha256?: string | null;
          signed_object_id?: string | null;
          signed_url?: string | null;
          sent_at?: string | null;
          signed_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          event_id?: string | null;
          user_id?: string | null;
          account_id?: string | null;
          model_profile_id?: string | null;
          designer_profile_id?: string | null;
          vendor_id?: string | null;
          venue_id?: string | null;
          title?: string;
          type?: "talent" | "venue" | "vendor" | "sponsor" | "client";
          status?: "draft" | "sent" | "signed" | "active" | "completed" | "declined" | "void";
          terms?: Json;
          body?: string | null;
          start_date?: string | null;
          end_date?: string | null;
          document_object_id?: string | null;
          document_sha256?: string | null;
          signed_object_id?: string | null;
          signed_url?: string | null;
          sent_at?: string | null;
          signed_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "contracts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "contracts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "contracts_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "designers"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "fashion_show_designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_document_object_id_fkey"; columns: ["organization_id", "document_object_id"]; isOneToOne: false; referencedRelation: "storage_objects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "contracts_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_signed_object_id_fkey"; columns: ["organization_id", "signed_object_id"]; isOneToOne: false; referencedRelation: "storage_objects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_vendor_id_fkey"; columns: ["organization_id", "vendor_id"]; isOneToOne: false; referencedRelation: "vendors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_venue_id_fkey"; columns: ["organization_id", "venue_id"]; isOneToOne: false; referencedRelation: "venues"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "contracts_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** How far somebody has read a conversation; seen by nobody else. */
      conversation_reads: {
        Row: {
          id: string;
          organization_id: string;
          conversation_id: string;
          user_id: string;
          last_read_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          conversation_id: string;
          user_id?: string;
          last_read_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          conversation_id?: string;
          user_id?: string;
          last_read_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "conversation_reads_organization_id_conversation_id_fkey"; columns: ["organization_id", "conversation_id"]; isOneToOne: false; referencedRelation: "conversations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversation_reads_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "conversation_reads_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "conversation_reads_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Threads with a contact, by e-mail or WhatsApp. last_message_at is the time of the latest message that was received or sent. */
      conversations: {
        Row: {
          id: string;
          organization_id: string;
          contact_id: string;
          account_id: string | null;
          deal_id: string | null;
          connection_id: string | null;
          channel: "email" | "whatsapp";
          subject: string | null;
          external_thread_id: string | null;
          status: "open" | "closed";
          last_message_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          contact_id: string;
          account_id?: string | null;
          deal_id?: string | null;
          connection_id?: string | null;
          channel: "email" | "whatsapp";
          subject?: string | null;
          external_thread_id?: string | null;
          status?: "open" | "closed";
          last_message_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          contact_id?: string;
          account_id?: string | null;
          deal_id?: string | null;
          connection_id?: string | null;
          channel?: "email" | "whatsapp";
          subject?: string | null;
          external_thread_id?: string | null;
          status?: "open" | "closed";
          last_message_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "conversations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "conversations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "conversations_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "conversations_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Every move of a deal from stage to stage, beginning with its first. reason is what the mover said (setting app.reason). */
      deal_stage_history: {
        Row: {
          id: string;
          organization_id: string;
          deal_id: string;
          event_id: string | null;
          from_stage: number | null;
          to_stage: number;
          moved_by: string | null;
          moved_at: string;
          reason: string | null;
          created_at: string;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          deal_id: string;
          event_id?: string | null;
          from_stage?: number | null;
          to_stage: number;
          moved_by?: string | null;
          moved_at?: string;
          reason?: string | null;
          created_at?: string;
        };
        Update: never;
        Relationships: [
          { foreignKeyName: "deal_stage_history_moved_by_fkey"; columns: ["moved_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "deal_stage_history_moved_by_fkey"; columns: ["moved_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "deal_stage_history_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deal_stage_history_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deal_stage_history_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Stages of an organization's pipeline, in order. A new organization has Lead, Pitch, Contract and ROI. */
      deal_stages: {
        Row: {
          id: string;
          organization_id: string;
          stage_index: number;
          key: string;
          title: string;
          gate: Json;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          stage_index: number;
          key: string;
          title: string;
          gate?: Json;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          stage_index?: number;
          key?: string;
          title?: string;
          gate?: Json;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "deal_stages_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Opportunities: sponsorships, media placements, wholesale. last_activity_at is the time of the latest activity, of the deal's beginning if there is none. */
      deals: {
        Row: {
          id: string;
          organization_id: string;
          account_id: string;
          contact_id: string | null;
          brand_id: string | null;
          event_id: string | null;
          owner_id: string | null;
          title: string;
          kind: "sponsorship" | "media_placement" | "wholesale" | "other";
          stage_index: number;
          stage_entered_at: string;
          outcome: "open" | "won" | "lost";
          tier: string | null;
          currency: string;
          value_forecast: number;
          actual_roi: number | null;
          fit_score: number | null;
          health_score: number | null;
          roi_probability: number | null;
          at_risk_since: string | null;
          at_risk_reason: string | null;
          last_activity_at: string;
          rank: string;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          account_id: string;
          contact_id?: string | null;
          brand_id?: string | null;
          event_id?: string | null;
          owner_id?: string | null;
          title: string;
          kind?: "sponsorship" | "media_placement" | "wholesale" | "other";
          stage_index?: number;
          stage_entered_at?: string;
          outcome?: "open" | "won" | "lost";
          tier?: string | null;
          currency?: string;
          value_forecast?: number;
          actual_roi?: number | null;
          fit_score?: number | null;
          health_score?: number | null;
          roi_probability?: number | null;
          at_risk_since?: string | null;
          at_risk_reason?: string | null;
          last_activity_at?: string;
          rank?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          account_id?: string;
          contact_id?: string | null;
          brand_id?: string | null;
          event_id?: string | null;
          owner_id?: string | null;
          title?: string;
          kind?: "sponsorship" | "media_placement" | "wholesale" | "other";
          stage_index?: number;
          stage_entered_at?: string;
          outcome?: "open" | "won" | "lost";
          tier?: string | null;
          currency?: string;
          value_forecast?: number;
          actual_roi?: number | null;
          fit_score?: number | null;
          health_score?: number | null;
          roi_probability?: number | null;
          at_risk_since?: string | null;
          at_risk_reason?: string | null;
          last_activity_at?: string;
          rank?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "deals_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "deals_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "deals_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deals_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deals_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deals_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deals_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deals_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "deals_organization_id_stage_index_fkey"; columns: ["organization_id", "stage_index"]; isOneToOne: false; referencedRelation: "deal_stages"; referencedColumns: ["organization_id", "stage_index"] },
          { foreignKeyName: "deals_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "deals_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** What a project has promised to deliver, with the client's approval. */
      deliverables: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          task_id: string | null;
          milestone_id: string | null;
          title: string;
          description: string | null;
          due_date: string | null;
          status: "pending" | "in_progress" | "submitted" | "approved" | "changes_requested";
          asset_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id: string;
          task_id?: string | null;
          milestone_id?: string | null;
          title: string;
          description?: string | null;
          due_date?: string | null;
          status?: "pending" | "in_progress" | "submitted" | "approved" | "changes_requested";
          asset_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          task_id?: string | null;
          milestone_id?: string | null;
          title?: string;
          description?: string | null;
          due_date?: string | null;
          status?: "pending" | "in_progress" | "submitted" | "approved" | "changes_requested";
          asset_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "deliverables_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "deliverables_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deliverables_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "deliverables_organization_id_milestone_id_fkey"; columns: ["organization_id", "milestone_id"]; isOneToOne: false; referencedRelation: "billing_milestones"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deliverables_organization_id_milestone_id_fkey"; columns: ["organization_id", "milestone_id"]; isOneToOne: false; referencedRelation: "shoot_payments"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deliverables_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deliverables_organization_id_task_id_fkey"; columns: ["organization_id", "task_id"]; isOneToOne: false; referencedRelation: "tasks"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Calendar of a designer. Booked periods never overlap. */
      designer_availability: {
        Row: {
          id: string;
          organization_id: string;
          designer_profile_id: string;
          event_id: string | null;
          time_zone: string;
          start_time: string;
          end_time: string;
          date: string | null;
          during: string | null;
          status: "available" | "booked" | "tentative";
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          designer_profile_id: string;
          event_id?: string | null;
          time_zone?: string;
          start_time: string;
          end_time: string;
          status?: "available" | "booked" | "tentative";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          designer_profile_id?: string;
          event_id?: string | null;
          time_zone?: string;
          start_time?: string;
          end_time?: string;
          status?: "available" | "booked" | "tentative";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "designer_availability_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_availability_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_availability_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_availability_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "designers"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_availability_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "fashion_show_designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_availability_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_availability_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** The designer directory: one card a designer and brand. A designer needs no login. */
      designer_profiles: {
        Row: {
          id: string;
          organization_id: string;
          user_id: string | null;
          brand_id: string;
          name: string | null;
          title: string | null;
          specialties: string[];
          portfolio_url: string | null;
          experience_level: string | null;
          achievements: Json;
          status: "draft" | "active" | "archived";
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          user_id?: string | null;
          brand_id: string;
          name?: string | null;
          title?: string | null;
          specialties?: string[];
          portfolio_url?: string | null;
          experience_level?: string | null;
          achievements?: Json;
          status?: "draft" | "active" | "archived";
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          user_id?: string | null;
          brand_id?: string;
          name?: string | null;
          title?: string | null;
          specialties?: string[];
          portfolio_url?: string | null;
          experience_level?: string | null;
          achievements?: Json;
          status?: "draft" | "active" | "archived";
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "designer_profiles_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_profiles_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_profiles_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_profiles_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** One person's review of a designer, once an event. */
      designer_reviews: {
        Row: {
          id: string;
          organization_id: string;
          designer_id: string;
          reviewer_id: string | null;
          event_id: string | null;
          reviewed_event: string;
          rating: number;
          review: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          designer_id: string;
          reviewer_id?: string | null;
          event_id?: string | null;
          reviewed_event?: string;
          rating: number;
          review?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          designer_id?: string;
          reviewer_id?: string | null;
          event_id?: string | null;
          reviewed_event?: string;
          rating?: number;
          review?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "designer_reviews_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_reviews_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_reviews_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_reviews_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "designers"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_reviews_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "fashion_show_designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_reviews_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_reviews_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_reviews_reviewer_id_fkey"; columns: ["reviewer_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_reviews_reviewer_id_fkey"; columns: ["reviewer_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Short codes that turn a tablet into a device of one event, once, for a few minutes. */
      device_pairings: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          name: string;
          profile: "scan" | "wall" | "caller";
          gate_id: string | null;
          supervisor: boolean;
          expires_at: string;
          claimed_at: string | null;
          device_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          name: string;
          profile: "scan" | "wall" | "caller";
          gate_id?: string | null;
          supervisor?: boolean;
          expires_at: string;
          claimed_at?: string | null;
          device_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          name?: string;
          profile?: "scan" | "wall" | "caller";
          gate_id?: string | null;
          supervisor?: boolean;
          expires_at?: string;
          claimed_at?: string | null;
          device_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "device_pairings_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "device_pairings_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "device_pairings_event_id_gate_id_fkey"; columns: ["event_id", "gate_id"]; isOneToOne: false; referencedRelation: "event_gates"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "device_pairings_organization_id_device_id_fkey"; columns: ["organization_id", "device_id"]; isOneToOne: false; referencedRelation: "devices"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "device_pairings_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "device_pairings_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Paired tablets, caller desks and wall screens. A device acts within its event only; revoking the row ends its socket. */
      devices: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          name: string;
          profile: "scan" | "wall" | "caller";
          kind: string;
          status: "active" | "revoked";
          gate_id: string | null;
          supervisor: boolean;
          app_version: string | null;
          last_seen_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          name: string;
          profile?: "scan" | "wall" | "caller";
          status?: "active" | "revoked";
          gate_id?: string | null;
          supervisor?: boolean;
          app_version?: string | null;
          last_seen_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          name?: string;
          profile?: "scan" | "wall" | "caller";
          status?: "active" | "revoked";
          gate_id?: string | null;
          supervisor?: boolean;
          app_version?: string | null;
          last_seen_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "devices_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "devices_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "devices_event_id_gate_id_fkey"; columns: ["event_id", "gate_id"]; isOneToOne: false; referencedRelation: "event_gates"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "devices_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "devices_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Proposed changes to a contact or an account, one open one a field. */
      enrichment_suggestions: {
        Row: {
          id: string;
          organization_id: string;
          ai_run_id: string;
          contact_id: string | null;
          account_id: string | null;
          field: string;
          old_value: Json | null;
          proposed_value: Json;
          citation_id: string | null;
          status: "proposed" | "accepted" | "rejected" | "stale";
          decided_by: string | null;
          decided_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          ai_run_id: string;
          contact_id?: string | null;
          account_id?: string | null;
          field: string;
          old_value?: Json | null;
          proposed_value: Json;
          citation_id?: string | null;
          status?: "proposed" | "accepted" | "rejected" | "stale";
          decided_by?: string | null;
          decided_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          ai_run_id?: string;
          contact_id?: string | null;
          account_id?: string | null;
          field?: string;
          old_value?: Json | null;
          proposed_value?: Json;
          citation_id?: string | null;
          status?: "proposed" | "accepted" | "rejected" | "stale";
          decided_by?: string | null;
          decided_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "enrichment_suggestions_ai_run_id_citation_id_fkey"; columns: ["ai_run_id", "citation_id"]; isOneToOne: false; referencedRelation: "ai_citations"; referencedColumns: ["ai_run_id", "id"] },
          { foreignKeyName: "enrichment_suggestions_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "enrichment_suggestions_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "enrichment_suggestions_decided_by_fkey"; columns: ["decided_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "enrichment_suggestions_decided_by_fkey"; columns: ["decided_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "enrichment_suggestions_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "enrichment_suggestions_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "enrichment_suggestions_organization_id_ai_run_id_fkey"; columns: ["organization_id", "ai_run_id"]; isOneToOne: false; referencedRelation: "ai_runs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "enrichment_suggestions_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "enrichment_suggestions_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Alerts of the Command Center. message never names a guest: entity_id does, and the hub opens the name. */
      event_alerts: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          kind: string;
          severity: "info" | "warning" | "critical";
          message: string;
          source: "user" | "system" | "device" | "plugin";
          entity_type: string | null;
          entity_id: string | null;
          dedupe_key: string | null;
          status: "open" | "acknowledged" | "resolved";
          acknowledged_by: string | null;
          acknowledged_device_id: string | null;
          acknowledged_at: string | null;
          resolved_by: string | null;
          resolved_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          kind: string;
          severity?: "info" | "warning" | "critical";
          message: string;
          source?: "user" | "system" | "device" | "plugin";
          entity_type?: string | null;
          entity_id?: string | null;
          dedupe_key?: string | null;
          status?: "open" | "acknowledged" | "resolved";
          acknowledged_by?: string | null;
          acknowledged_device_id?: string | null;
          acknowledged_at?: string | null;
          resolved_by?: string | null;
          resolved_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          kind?: string;
          severity?: "info" | "warning" | "critical";
          message?: string;
          source?: "user" | "system" | "device" | "plugin";
          entity_type?: string | null;
          entity_id?: string | null;
          dedupe_key?: string | null;
          status?: "open" | "acknowledged" | "resolved";
          acknowledged_by?: string | null;
          acknowledged_device_id?: string | null;
          acknowledged_at?: string | null;
          resolved_by?: string | null;
          resolved_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_alerts_acknowledged_by_fkey"; columns: ["acknowledged_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_alerts_acknowledged_by_fkey"; columns: ["acknowledged_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_alerts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_alerts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_alerts_organization_id_acknowledged_device_id_fkey"; columns: ["organization_id", "acknowledged_device_id"]; isOneToOne: false; referencedRelation: "devices"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_alerts_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_alerts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_alerts_resolved_by_fkey"; columns: ["resolved_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_alerts_resolved_by_fkey"; columns: ["resolved_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Amenities that an event can offer. */
      event_amenities: {
        Row: {
          id: string;
          organization_id: string;
          name: string;
          description: string | null;
          icon: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          name: string;
          description?: string | null;
          icon?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          name?: string;
          description?: string | null;
          icon?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_amenities_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_amenities_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_amenities_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Amenities of an event. */
      event_amenity_assignments: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          amenity_id: string;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          amenity_id: string;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          amenity_id?: string;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_amenity_assignments_organization_id_amenity_id_fkey"; columns: ["organization_id", "amenity_id"]; isOneToOne: false; referencedRelation: "event_amenities"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_amenity_assignments_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_amenity_assignments_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Tree of categories of events. Children of a category that is deleted become roots. */
      event_categories: {
        Row: {
          id: string;
          organization_id: string;
          parent_id: string | null;
          name: string;
          description: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          parent_id?: string | null;
          name: string;
          description?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          parent_id?: string | null;
          name?: string;
          description?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_categories_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_categories_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_categories_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_categories_organization_id_parent_id_fkey"; columns: ["organization_id", "parent_id"]; isOneToOne: false; referencedRelation: "event_categories"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** One row an event, apart from events because every scan changes it. Registrations: held (pending), registered (confirmed and attended), checked_in (attended), vip_expected, vip_arrived. People, plus-ones included: expected, arrived, inside. Scans: refused. Always equal to app.recount(). */
      event_counters: {
        Row: {
          event_id: string;
          organization_id: string;
          capacity_limit: number | null;
          held_count: number;
          registered_count: number;
          checked_in_count: number;
          expected_people: number;
          arrived_people: number;
          inside_people: number;
          vip_expected: number;
          vip_arrived: number;
          refused_count: number;
          updated_at: string;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "event_counters_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: true; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_counters_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Designers and brands that show at an event, in their order. */
      event_designers: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          designer_profile_id: string;
          brand_id: string;
          collection_id: string | null;
          collection_order: number | null;
          collection_name: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          designer_profile_id: string;
          brand_id: string;
          collection_id?: string | null;
          collection_order?: number | null;
          collection_name?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          designer_profile_id?: string;
          brand_id?: string;
          collection_id?: string | null;
          collection_order?: number | null;
          collection_name?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_designers_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_designers_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_designers_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_designers_organization_id_collection_id_fkey"; columns: ["organization_id", "collection_id"]; isOneToOne: false; referencedRelation: "collections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_designers_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_designers_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "designers"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_designers_organization_id_designer_profile_id_fkey"; columns: ["organization_id", "designer_profile_id"]; isOneToOne: false; referencedRelation: "fashion_show_designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_designers_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_designers_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** What a guest thought of an event, once. */
      event_feedback: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          user_id: string | null;
          rating: number;
          feedback: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          user_id?: string | null;
          rating: number;
          feedback?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          user_id?: string | null;
          rating?: number;
          feedback?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_feedback_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_feedback_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_feedback_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_feedback_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_feedback_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_feedback_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Which tiers a gate takes. */
      event_gate_tiers: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          gate_id: string;
          ticket_tier_id: string;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          gate_id: string;
          ticket_tier_id: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          gate_id?: string;
          ticket_tier_id?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_gate_tiers_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_gate_tiers_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_gate_tiers_event_id_gate_id_fkey"; columns: ["event_id", "gate_id"]; isOneToOne: false; referencedRelation: "event_gates"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "event_gate_tiers_event_id_ticket_tier_id_fkey"; columns: ["event_id", "ticket_tier_id"]; isOneToOne: false; referencedRelation: "ticket_tiers"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "event_gate_tiers_event_id_ticket_tier_id_fkey"; columns: ["event_id", "ticket_tier_id"]; isOneToOne: false; referencedRelation: "ticket_types"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "event_gate_tiers_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_gate_tiers_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Doors of an event. A gate takes every tier unless event_gate_tiers names some for it. */
      event_gates: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          name: string;
          order_index: number;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          name: string;
          order_index?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          name?: string;
          order_index?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_gates_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_gates_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_gates_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_gates_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Explicit access of one person to one event. */
      event_members: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          user_id: string;
          role: "producer" | "show_caller" | "checkin" | "viewer";
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          user_id: string;
          role?: "producer" | "show_caller" | "checkin" | "viewer";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          user_id?: string;
          role?: "producer" | "show_caller" | "checkin" | "viewer";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_members_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_members_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_members_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_members_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_members_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_members_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Models cast in an event. One opens, one closes. */
      event_models: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          model_profile_id: string;
          status: "shortlisted" | "selected" | "confirmed" | "declined";
          walk_order: number | null;
          is_opening: boolean;
          is_closing: boolean;
          fitting_status: "pending" | "scheduled" | "completed";
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          model_profile_id: string;
          status?: "shortlisted" | "selected" | "confirmed" | "declined";
          walk_order?: number | null;
          is_opening?: boolean;
          is_closing?: boolean;
          fitting_status?: "pending" | "scheduled" | "completed";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          model_profile_id?: string;
          status?: "shortlisted" | "selected" | "confirmed" | "declined";
          walk_order?: number | null;
          is_opening?: boolean;
          is_closing?: boolean;
          fitting_status?: "pending" | "scheduled" | "completed";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_models_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_models_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_models_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_models_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Phases of the work on an event, in order. */
      event_phases: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          phase_key: string;
          title: string;
          order_index: number;
          status: "pending" | "in_progress" | "complete";
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          phase_key: string;
          title: string;
          order_index: number;
          status?: "pending" | "in_progress" | "complete";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          phase_key?: string;
          title?: string;
          order_index?: number;
          status?: "pending" | "in_progress" | "complete";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_phases_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_phases_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_phases_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_phases_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Products shown at an event, in a look or by themselves. */
      event_products: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          product_id: string;
          lineup_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          product_id: string;
          lineup_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          product_id?: string;
          lineup_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_products_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_products_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_products_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_products_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_products_organization_id_lineup_id_fkey"; columns: ["organization_id", "lineup_id"]; isOneToOne: false; referencedRelation: "show_lineup"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_products_organization_id_product_id_fkey"; columns: ["organization_id", "product_id"]; isOneToOne: false; referencedRelation: "products"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** When and where an event or one segment is rehearsed. */
      event_rehearsals: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          segment_id: string | null;
          time_zone: string;
          start_time: string;
          end_time: string;
          date: string | null;
          slot_label: string | null;
          location: string | null;
          notes: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          segment_id?: string | null;
          time_zone?: string;
          start_time: string;
          end_time: string;
          slot_label?: string | null;
          location?: string | null;
          notes?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          segment_id?: string | null;
          time_zone?: string;
          start_time?: string;
          end_time?: string;
          slot_label?: string | null;
          location?: string | null;
          notes?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_rehearsals_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_rehearsals_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_rehearsals_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_rehearsals_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_rehearsals_organization_id_segment_id_fkey"; columns: ["organization_id", "segment_id"]; isOneToOne: false; referencedRelation: "runway_segments"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Age, capacity, dress code and the like, as the guests and the doors are told. */
      event_restrictions: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          type: "age" | "capacity" | "dress_code" | "other";
          description: string;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          type: "age" | "capacity" | "dress_code" | "other";
          description: string;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          type?: "age" | "capacity" | "dress_code" | "other";
          description?: string;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_restrictions_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_restrictions_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_restrictions_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_restrictions_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** The rundown's cues. Ties of order_index fall back to start_time. */
      event_schedules: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          segment_id: string | null;
          cue_number: string | null;
          title: string;
          description: string | null;
          start_time: string;
          end_time: string;
          start_mode: "linked" | "hard";
          count_to_end: boolean;
          skipped: boolean;
          location: string | null;
          type: string;
          order_index: number;
          status: "planned" | "standby" | "live" | "done" | "skipped";
          actual_start: string | null;
          actual_end: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          segment_id?: string | null;
          cue_number?: string | null;
          title: string;
          description?: string | null;
          start_time: string;
          end_time: string;
          start_mode?: "linked" | "hard";
          count_to_end?: boolean;
          skipped?: boolean;
          location?: string | null;
          type?: string;
          order_index?: number;
          status?: "planned" | "standby" | "live" | "done" | "skipped";
          actual_start?: string | null;
          actual_end?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          segment_id?: string | null;
          cue_number?: string | null;
          title?: string;
          description?: string | null;
          start_time?: string;
          end_time?: string;
          start_mode?: "linked" | "hard";
          count_to_end?: boolean;
          skipped?: boolean;
          location?: string | null;
          type?: string;
          order_index?: number;
          status?: "planned" | "standby" | "live" | "done" | "skipped";
          actual_start?: string | null;
          actual_end?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_schedules_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_schedules_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_schedules_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_schedules_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_schedules_organization_id_segment_id_fkey"; columns: ["organization_id", "segment_id"]; isOneToOne: false; referencedRelation: "runway_segments"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** What a company commits to an event. A deal becomes one sponsorship. */
      event_sponsorships: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          sponsor_id: string;
          package_id: string | null;
          deal_id: string | null;
          tier: string;
          amount: number;
          currency: string;
          status: "pending" | "active" | "completed" | "cancelled";
          start_date: string | null;
          end_date: string | null;
          terms: Json;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          sponsor_id: string;
          package_id?: string | null;
          deal_id?: string | null;
          tier: string;
          amount?: number;
          currency?: string;
          status?: "pending" | "active" | "completed" | "cancelled";
          start_date?: string | null;
          end_date?: string | null;
          terms?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          sponsor_id?: string;
          package_id?: string | null;
          deal_id?: string | null;
          tier?: string;
          amount?: number;
          currency?: string;
          status?: "pending" | "active" | "completed" | "cancelled";
          start_date?: string | null;
          end_date?: string | null;
          terms?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_sponsorships_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_sponsorships_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_sponsorships_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_sponsorships_organization_id_package_id_fkey"; columns: ["organization_id", "package_id"]; isOneToOne: false; referencedRelation: "sponsorship_packages"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** The roster of an event: outside partners, each once. */
      event_stakeholders: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          stakeholder_id: string;
          role: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          stakeholder_id: string;
          role?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          stakeholder_id?: string;
          role?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_stakeholders_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_stakeholders_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_stakeholders_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_stakeholders_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_stakeholders_organization_id_stakeholder_id_fkey"; columns: ["organization_id", "stakeholder_id"]; isOneToOne: false; referencedRelation: "stakeholders"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Tags on events. */
      event_tag_assignments: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          tag_id: string;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          tag_id: string;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          tag_id?: string;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_tag_assignments_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_tag_assignments_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_tag_assignments_organization_id_tag_id_fkey"; columns: ["organization_id", "tag_id"]; isOneToOne: false; referencedRelation: "event_tags"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Free tags, each once an organization whatever its case. */
      event_tags: {
        Row: {
          id: string;
          organization_id: string;
          name: string;
          description: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          name: string;
          description?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          name?: string;
          description?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_tags_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_tags_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_tags_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Suppliers hired for an event, once for each service. */
      event_vendors: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          vendor_id: string;
          service_id: string | null;
          status: "pending" | "confirmed" | "completed";
          requirements: Json;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          vendor_id: string;
          service_id?: string | null;
          status?: "pending" | "confirmed" | "completed";
          requirements?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          vendor_id?: string;
          service_id?: string | null;
          status?: "pending" | "confirmed" | "completed";
          requirements?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "event_vendors_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "event_vendors_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "event_vendors_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_vendors_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_vendors_organization_id_vendor_id_fkey"; columns: ["organization_id", "vendor_id"]; isOneToOne: false; referencedRelation: "vendors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_vendors_vendor_id_service_id_fkey"; columns: ["vendor_id", "service_id"]; isOneToOne: false; referencedRelation: "vendor_services"; referencedColumns: ["vendor_id", "id"] },
        ];
      };
      /** A runway show, exhibition, workshop, pop-up or PR event. event_date is the local date of its start. */
      events: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string | null;
          organizer_id: string;
          venue_id: string | null;
          organizer_team_id: string | null;
          category_id: string | null;
          title: string;
          slug: string;
          description: string | null;
          theme: string | null;
          guest_count_target: number | null;
          status: "draft" | "published" | "cancelled" | "completed";
          live_state: "idle" | "doors_open" | "running" | "paused" | "ended";
          event_type: "fashion_show" | "exhibition" | "workshop" | "popup" | "pr_event" | "other";
          is_public: boolean;
          allow_reentry: boolean;
          time_zone: string;
          start_time: string | null;
          end_time: string | null;
          event_date: string | null;
          capacity_limit: number | null;
          currency: string;
          budget_total: number;
          budget_actual: number;
          progress_percentage: number;
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          organizer_id?: string;
          venue_id?: string | null;
          organizer_team_id?: string | null;
          category_id?: string | null;
          title: string;
          slug: string;
          description?: string | null;
          theme?: string | null;
          guest_count_target?: number | null;
          status?: "draft" | "published" | "cancelled" | "completed";
          live_state?: "idle" | "doors_open" | "running" | "paused" | "ended";
          event_type?: "fashion_show" | "exhibition" | "workshop" | "popup" | "pr_event" | "other";
          is_public?: boolean;
          allow_reentry?: boolean;
          time_zone?: string;
          start_time?: string | null;
          end_time?: string | null;
          capacity_limit?: number | null;
          currency?: string;
          budget_total?: number;
          budget_actual?: number;
          progress_percentage?: number;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string | null;
          organizer_id?: string;
          venue_id?: string | null;
          organizer_team_id?: string | null;
          category_id?: string | null;
          title?: string;
          slug?: string;
          description?: string | null;
          theme?: string | null;
          guest_count_target?: number | null;
          status?: "draft" | "published" | "cancelled" | "completed";
          live_state?: "idle" | "doors_open" | "running" | "paused" | "ended";
          event_type?: "fashion_show" | "exhibition" | "workshop" | "popup" | "pr_event" | "other";
          is_public?: boolean;
          allow_reentry?: boolean;
          time_zone?: string;
          start_time?: string | null;
          end_time?: string | null;
          capacity_limit?: number | null;
          currency?: string;
          budget_total?: number;
          budget_actual?: number;
          progress_percentage?: number;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "events_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "events_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "events_organization_id_category_id_fkey"; columns: ["organization_id", "category_id"]; isOneToOne: false; referencedRelation: "event_categories"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "events_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "events_organization_id_organizer_team_id_fkey"; columns: ["organization_id", "organizer_team_id"]; isOneToOne: false; referencedRelation: "organizer_teams"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "events_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "events_organization_id_venue_id_fkey"; columns: ["organization_id", "venue_id"]; isOneToOne: false; referencedRelation: "venues"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "events_organizer_id_fkey"; columns: ["organizer_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "events_organizer_id_fkey"; columns: ["organizer_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Brands (maisons) of the designer directory. */
      fashion_brands: {
        Row: {
          id: string;
          organization_id: string;
          name: string;
          country: string | null;
          style: string | null;
          website: string | null;
          instagram: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
          search: unknown;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          name: string;
          country?: string | null;
          style?: string | null;
          website?: string | null;
          instagram?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          name?: string;
          country?: string | null;
          style?: string | null;
          website?: string | null;
          instagram?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "fashion_brands_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "fashion_brands_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "fashion_brands_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Who looked at or downloaded what of a gallery. */
      gallery_access_log: {
        Row: {
          id: string;
          organization_id: string;
          gallery_id: string;
          event_id: string | null;
          project_id: string | null;
          asset_id: string | null;
          share_id: string | null;
          user_id: string | null;
          action: "view" | "download";
          at: string;
          created_at: string;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "gallery_access_log_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_access_log_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_access_log_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_access_log_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_access_log_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_access_log_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "gallery_access_log_organization_id_gallery_id_fkey"; columns: ["organization_id", "gallery_id"]; isOneToOne: false; referencedRelation: "media_galleries"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_access_log_organization_id_share_id_fkey"; columns: ["organization_id", "share_id"]; isOneToOne: false; referencedRelation: "gallery_shares"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_access_log_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "gallery_access_log_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** The assets of a gallery, in order; ties fall back to id. */
      gallery_assets: {
        Row: {
          id: string;
          organization_id: string;
          gallery_id: string;
          asset_id: string;
          event_id: string | null;
          project_id: string | null;
          order_index: number;
          caption: string | null;
          meta_data: Json;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          gallery_id: string;
          asset_id: string;
          event_id?: string | null;
          project_id?: string | null;
          order_index?: number;
          caption?: string | null;
          meta_data?: Json;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          gallery_id?: string;
          asset_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          order_index?: number;
          caption?: string | null;
          meta_data?: Json;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "gallery_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_assets_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gallery_assets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "gallery_assets_organization_id_gallery_id_fkey"; columns: ["organization_id", "gallery_id"]; isOneToOne: false; referencedRelation: "media_galleries"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Links to a gallery, each for one recipient, until they expire or are revoked. */
      gallery_shares: {
        Row: {
          id: string;
          organization_id: string;
          gallery_id: string;
          event_id: string | null;
          project_id: string | null;
          recipient_email: string | null;
          allow_download: boolean;
          expires_at: string;
          revoked_at: string | null;
          last_used_at: string | null;
          use_count: number;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          gallery_id: string;
          event_id?: string | null;
          project_id?: string | null;
          recipient_email?: string | null;
          allow_download?: boolean;
          expires_at: string;
          revoked_at?: string | null;
          last_used_at?: string | null;
          use_count?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          gallery_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          recipient_email?: string | null;
          allow_download?: boolean;
          expires_at?: string;
          revoked_at?: string | null;
          last_used_at?: string | null;
          use_count?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "gallery_shares_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "gallery_shares_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "gallery_shares_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "gallery_shares_organization_id_gallery_id_fkey"; columns: ["organization_id", "gallery_id"]; isOneToOne: false; referencedRelation: "media_galleries"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** People in and out through a gate, annulled scans left out, and scans refused there. Always equal to app.recount(). */
      gate_counters: {
        Row: {
          gate_id: string;
          organization_id: string;
          event_id: string;
          entries: number;
          exits: number;
          refused: number;
          updated_at: string;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "gate_counters_event_id_gate_id_fkey"; columns: ["event_id", "gate_id"]; isOneToOne: true; referencedRelation: "event_gates"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "gate_counters_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "gate_counters_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Whether a message spoke with the brand's voice, wording by wording. */
      guardian_checks: {
        Row: {
          id: string;
          organization_id: string;
          message_id: string;
          brand_dna_id: string | null;
          ai_run_id: string | null;
          body_digest: string;
          verdict: "pass" | "warn" | "fail";
          findings: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          message_id: string;
          brand_dna_id?: string | null;
          ai_run_id?: string | null;
          body_digest: string;
          verdict: "pass" | "warn" | "fail";
          findings?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: never;
        Relationships: [
          { foreignKeyName: "guardian_checks_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "guardian_checks_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "guardian_checks_organization_id_ai_run_id_fkey"; columns: ["organization_id", "ai_run_id"]; isOneToOne: false; referencedRelation: "ai_runs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "guardian_checks_organization_id_brand_dna_id_fkey"; columns: ["organization_id", "brand_dna_id"]; isOneToOne: false; referencedRelation: "brand_dna"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "guardian_checks_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "guardian_checks_organization_id_message_id_fkey"; columns: ["organization_id", "message_id"]; isOneToOne: false; referencedRelation: "messages"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** What was measured: reach, engagement, earned media value, sales, footfall. Each row is what its source has added. */
      impact_metrics: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          project_id: string | null;
          activation_id: string | null;
          deal_id: string | null;
          metric:
            | "reach"
            | "impressions"
            | "engagement"
            | "emv"
            | "sales"
            | "sales_lift"
            | "footfall"
            | "mentions"
            | "leads";
          value: number;
          currency: string | null;
          measured_at: string;
          source: string;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          activation_id?: string | null;
          deal_id?: string | null;
          metric:
            | "reach"
            | "impressions"
            | "engagement"
            | "emv"
            | "sales"
            | "sales_lift"
            | "footfall"
            | "mentions"
            | "leads";
          value: number;
          currency?: string | null;
          measured_at: string;
          source?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          activation_id?: string | null;
          deal_id?: string | null;
          metric?:
            | "reach"
            | "impressions"
            | "engagement"
            | "emv"
            | "sales"
            | "sales_lift"
            | "footfall"
            | "mentions"
            | "leads";
          value?: number;
          currency?: string | null;
          measured_at?: string;
          source?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "impact_metrics_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "impact_metrics_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "impact_metrics_organization_id_activation_id_fkey"; columns: ["organization_id", "activation_id"]; isOneToOne: false; referencedRelation: "activations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "impact_metrics_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "impact_metrics_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "impact_metrics_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "impact_metrics_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "impact_metrics_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** People who were asked to join and have not answered yet. */
      invitations: {
        Row: {
          id: string;
          organization_id: string;
          email: string | null;
          role: "admin" | "producer" | "staff" | "client" | "designer" | "model" | "sponsor";
          account_id: string | null;
          project_id: string | null;
          event_id: string | null;
          expires_at: string;
          accepted_at: string | null;
          accepted_by: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          email: string;
          role: "admin" | "producer" | "staff" | "client" | "designer" | "model" | "sponsor";
          account_id?: string | null;
          project_id?: string | null;
          event_id?: string | null;
          expires_at: string;
          accepted_at?: string | null;
          accepted_by?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          email?: string;
          role?: "admin" | "producer" | "staff" | "client" | "designer" | "model" | "sponsor";
          account_id?: string | null;
          project_id?: string | null;
          event_id?: string | null;
          expires_at?: string;
          accepted_at?: string | null;
          accepted_by?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "invitations_accepted_by_fkey"; columns: ["accepted_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "invitations_accepted_by_fkey"; columns: ["accepted_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "invitations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "invitations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "invitations_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invitations_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invitations_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invitations_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "invitations_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Lines of an invoice, in order. A negative price is a discount. */
      invoice_lines: {
        Row: {
          id: string;
          organization_id: string;
          invoice_id: string;
          project_id: string | null;
          event_id: string | null;
          milestone_id: string | null;
          description: string;
          quantity: number;
          unit_price: number;
          line_total: number | null;
          order_index: number;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          invoice_id: string;
          project_id?: string | null;
          event_id?: string | null;
          milestone_id?: string | null;
          description: string;
          quantity?: number;
          unit_price: number;
          order_index?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          invoice_id?: string;
          project_id?: string | null;
          event_id?: string | null;
          milestone_id?: string | null;
          description?: string;
          quantity?: number;
          unit_price?: number;
          order_index?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "invoice_lines_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "invoice_lines_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "invoice_lines_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "invoice_lines_organization_id_invoice_id_fkey"; columns: ["organization_id", "invoice_id"]; isOneToOne: false; referencedRelation: "invoices"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoice_lines_organization_id_milestone_id_fkey"; columns: ["organization_id", "milestone_id"]; isOneToOne: false; referencedRelation: "billing_milestones"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoice_lines_organization_id_milestone_id_fkey"; columns: ["organization_id", "milestone_id"]; isOneToOne: false; referencedRelation: "shoot_payments"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Invoices to clients and sponsors. subtotal is the sum of the lines, amount_paid that of the payments, less refunds. An issued invoice keeps its number, currency and lines. */
      invoices: {
        Row: {
          id: string;
          organization_id: string;
          number: string;
          project_id: string | null;
          event_id: string | null;
          account_id: string | null;
          sponsorship_id: string | null;
          status: "draft" | "open" | "paid" | "void" | "uncollectible";
          currency: string;
          subtotal: number;
          tax: number;
          total: number;
          amount_paid: number;
          issued_at: string | null;
          due_date: string | null;
          paid_at: string | null;
          provider: "stripe" | "manual" | null;
          provider_invoice_id: string | null;
          hosted_url: string | null;
          pdf_asset_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
          error: string | null;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          number: string;
          project_id?: string | null;
          event_id?: string | null;
          account_id?: string | null;
          sponsorship_id?: string | null;
          status?: "draft" | "open" | "paid" | "void" | "uncollectible";
          currency?: string;
          subtotal?: number;
          tax?: number;
          total?: number;
          amount_paid?: number;
          issued_at?: string | null;
          due_date?: string | null;
          paid_at?: string | null;
          provider?: "stripe" | "manual" | null;
          provider_invoice_id?: string | null;
          hosted_url?: string | null;
          pdf_asset_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
          error?: string | null;
        };
        Update: {
          id?: string;
          organization_id?: string;
          number?: string;
          project_id?: string | null;
          event_id?: string | null;
          account_id?: string | null;
          sponsorship_id?: string | null;
          status?: "draft" | "open" | "paid" | "void" | "uncollectible";
          currency?: string;
          subtotal?: number;
          tax?: number;
          total?: number;
          amount_paid?: number;
          issued_at?: string | null;
          due_date?: string | null;
          paid_at?: string | null;
          provider?: "stripe" | "manual" | null;
          provider_invoice_id?: string | null;
          hosted_url?: string | null;
          pdf_asset_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
          error?: string | null;
        };
        Relationships: [
          { foreignKeyName: "invoices_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "invoices_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "invoices_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "invoices_organization_id_pdf_asset_id_fkey"; columns: ["organization_id", "pdf_asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_pdf_asset_id_fkey"; columns: ["organization_id", "pdf_asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_pdf_asset_id_fkey"; columns: ["organization_id", "pdf_asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_pdf_asset_id_fkey"; columns: ["organization_id", "pdf_asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_pdf_asset_id_fkey"; columns: ["organization_id", "pdf_asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_sponsorship_id_fkey"; columns: ["organization_id", "sponsorship_id"]; isOneToOne: false; referencedRelation: "event_sponsorships"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_sponsorship_id_fkey"; columns: ["organization_id", "sponsorship_id"]; isOneToOne: false; referencedRelation: "event_sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "invoices_organization_id_sponsorship_id_fkey"; columns: ["organization_id", "sponsorship_id"]; isOneToOne: false; referencedRelation: "event_sponsors_junction"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Galleries of an event or a project. A client sees published ones of their projects. */
      media_galleries: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          project_id: string | null;
          shoot_id: string | null;
          cover_asset_id: string | null;
          name: string;
          description: string | null;
          branding: Json;
          status: "draft" | "published" | "archived";
          allow_download: boolean;
          published_at: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          shoot_id?: string | null;
          cover_asset_id?: string | null;
          name: string;
          description?: string | null;
          branding?: Json;
          status?: "draft" | "published" | "archived";
          allow_download?: boolean;
          published_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          shoot_id?: string | null;
          cover_asset_id?: string | null;
          name?: string;
          description?: string | null;
          branding?: Json;
          status?: "draft" | "published" | "archived";
          allow_download?: boolean;
          published_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "media_galleries_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "media_galleries_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "media_galleries_organization_id_cover_asset_id_fkey"; columns: ["organization_id", "cover_asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "media_galleries_organization_id_cover_asset_id_fkey"; columns: ["organization_id", "cover_asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "media_galleries_organization_id_cover_asset_id_fkey"; columns: ["organization_id", "cover_asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "media_galleries_organization_id_cover_asset_id_fkey"; columns: ["organization_id", "cover_asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "media_galleries_organization_id_cover_asset_id_fkey"; columns: ["organization_id", "cover_asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "media_galleries_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "media_galleries_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "media_galleries_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "media_galleries_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Sizes in pixels that platforms ask for. The same for every organization. */
      media_size_specs: {
        Row: {
          id: string;
          platform: string;
          use_case: string;
          width: number;
          height: number;
          aspect_ratio: string | null;
          is_active: boolean;
          created_at: string;
        };
        Insert: never;
        Update: never;
        Relationships: [];
      };
      /** Who belongs to an organization, with the role that authorises. Looked up on every statement. */
      memberships: {
        Row: {
          id: string;
          organization_id: string;
          user_id: string;
          role: "owner" | "admin" | "producer" | "staff" | "client" | "designer" | "model" | "sponsor" | "attendee";
          status: "active" | "invited" | "suspended";
          account_id: string | null;
          invited_by: string | null;
          joined_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          user_id: string;
          role: "owner" | "admin" | "producer" | "staff" | "client" | "designer" | "model" | "sponsor" | "attendee";
          status?: "active" | "invited" | "suspended";
          account_id?: string | null;
          invited_by?: string | null;
          joined_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          user_id?: string;
          role?: "owner" | "admin" | "producer" | "staff" | "client" | "designer" | "model" | "sponsor" | "attendee";
          status?: "active" | "invited" | "suspended";
          account_id?: string | null;
          invited_by?: string | null;
          joined_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "memberships_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "memberships_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "memberships_invited_by_fkey"; columns: ["invited_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "memberships_invited_by_fkey"; columns: ["invited_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "memberships_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "memberships_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "memberships_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "memberships_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "memberships_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Who has read a message, at which screen. */
      message_acknowledgements: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          message_id: string;
          principal_kind: "user" | "device";
          principal_id: string;
          principal_name: string;
          acknowledged_at: string;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "message_acknowledgements_event_id_message_id_fkey"; columns: ["event_id", "message_id"]; isOneToOne: false; referencedRelation: "screen_messages"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "message_acknowledgements_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "message_acknowledgements_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Messages by e-mail and WhatsApp. Nothing leaves that a person has not approved in exactly this wording. */
      messages: {
        Row: {
          id: string;
          organization_id: string;
          conversation_id: string;
          contact_id: string | null;
          deal_id: string | null;
          ai_run_id: string | null;
          direction: "inbound" | "outbound";
          channel: "email" | "whatsapp";
          subject: string | null;
          body: string;
          status:
            | "draft"
            | "pending_approval"
            | "approved"
            | "dispatching"
            | "sent"
            | "delivered"
            | "failed"
            | "rejected"
            | "received";
          approved_by: string | null;
          approved_at: string | null;
          approved_digest: string | null;
          sent_at: string | null;
          external_id: string | null;
          error: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          conversation_id: string;
          contact_id?: string | null;
          deal_id?: string | null;
          ai_run_id?: string | null;
          direction: "inbound" | "outbound";
          channel: "email" | "whatsapp";
          subject?: string | null;
          body: string;
          status?:
            | "draft"
            | "pending_approval"
            | "approved"
            | "dispatching"
            | "sent"
            | "delivered"
            | "failed"
            | "rejected"
            | "received";
          approved_by?: string | null;
          approved_at?: string | null;
          approved_digest?: string | null;
          sent_at?: string | null;
          external_id?: string | null;
          error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          conversation_id?: string;
          contact_id?: string | null;
          deal_id?: string | null;
          ai_run_id?: string | null;
          direction?: "inbound" | "outbound";
          channel?: "email" | "whatsapp";
          subject?: string | null;
          body?: string;
          status?:
            | "draft"
            | "pending_approval"
            | "approved"
            | "dispatching"
            | "sent"
            | "delivered"
            | "failed"
            | "rejected"
            | "received";
          approved_by?: string | null;
          approved_at?: string | null;
          approved_digest?: string | null;
          sent_at?: string | null;
          external_id?: string | null;
          error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "messages_approved_by_fkey"; columns: ["approved_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "messages_approved_by_fkey"; columns: ["approved_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "messages_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "messages_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "messages_organization_id_ai_run_id_fkey"; columns: ["organization_id", "ai_run_id"]; isOneToOne: false; referencedRelation: "ai_runs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "messages_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "messages_organization_id_conversation_id_fkey"; columns: ["organization_id", "conversation_id"]; isOneToOne: false; referencedRelation: "conversations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "messages_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "messages_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "messages_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Model agencies. */
      model_agencies: {
        Row: {
          id: string;
          organization_id: string;
          name: string;
          city: string | null;
          country: string | null;
          website: string | null;
          contact_email: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          name: string;
          city?: string | null;
          country?: string | null;
          website?: string | null;
          contact_email?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          name?: string;
          city?: string | null;
          country?: string | null;
          website?: string | null;
          contact_email?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "model_agencies_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "model_agencies_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "model_agencies_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Calendar of a model. Booked periods never overlap, whoever booked them; another organization learns no more than that. */
      model_availability: {
        Row: {
          id: string;
          organization_id: string;
          model_profile_id: string;
          person_key: string;
          event_id: string | null;
          shoot_id: string | null;
          project_id: string | null;
          time_zone: string;
          start_time: string;
          end_time: string;
          date: string | null;
          during: string | null;
          status: "available" | "booked" | "tentative";
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          model_profile_id: string;
          person_key?: string;
          event_id?: string | null;
          shoot_id?: string | null;
          project_id?: string | null;
          time_zone?: string;
          start_time: string;
          end_time: string;
          status?: "available" | "booked" | "tentative";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          model_profile_id?: string;
          person_key?: string;
          event_id?: string | null;
          shoot_id?: string | null;
          project_id?: string | null;
          time_zone?: string;
          start_time?: string;
          end_time?: string;
          status?: "available" | "booked" | "tentative";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "model_availability_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "model_availability_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "model_availability_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_availability_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "model_availability_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_availability_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_availability_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_availability_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_availability_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** The model database: one card a model and organization. A model needs no login. */
      model_profiles: {
        Row: {
          id: string;
          organization_id: string;
          user_id: string | null;
          agency_id: string | null;
          name: string;
          height_cm: number | null;
          measurements: Json;
          hair_color: string | null;
          eye_color: string | null;
          portfolio_url: string | null;
          experience_level: string | null;
          availability_note: string | null;
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          user_id?: string | null;
          agency_id?: string | null;
          name: string;
          height_cm?: number | null;
          measurements?: Json;
          hair_color?: string | null;
          eye_color?: string | null;
          portfolio_url?: string | null;
          experience_level?: string | null;
          availability_note?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          user_id?: string | null;
          agency_id?: string | null;
          name?: string;
          height_cm?: number | null;
          measurements?: Json;
          hair_color?: string | null;
          eye_color?: string | null;
          portfolio_url?: string | null;
          experience_level?: string | null;
          availability_note?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "model_profiles_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "model_profiles_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "model_profiles_organization_id_agency_id_fkey"; columns: ["organization_id", "agency_id"]; isOneToOne: false; referencedRelation: "model_agencies"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_profiles_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "model_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "model_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** One person's review of a model, once an event. The model reads what was said. */
      model_reviews: {
        Row: {
          id: string;
          organization_id: string;
          model_id: string;
          reviewer_id: string | null;
          event_id: string | null;
          reviewed_event: string;
          rating: number;
          review: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          model_id: string;
          reviewer_id?: string | null;
          event_id?: string | null;
          reviewed_event?: string;
          rating: number;
          review?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          model_id?: string;
          reviewer_id?: string | null;
          event_id?: string | null;
          reviewed_event?: string;
          rating?: number;
          review?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "model_reviews_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "model_reviews_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "model_reviews_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_reviews_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "model_reviews_organization_id_model_id_fkey"; columns: ["organization_id", "model_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_reviews_organization_id_model_id_fkey"; columns: ["organization_id", "model_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_reviews_organization_id_model_id_fkey"; columns: ["organization_id", "model_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "model_reviews_reviewer_id_fkey"; columns: ["reviewer_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "model_reviews_reviewer_id_fkey"; columns: ["reviewer_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** What one person is told. Nobody else reads it. */
      notifications: {
        Row: {
          id: string;
          organization_id: string;
          user_id: string;
          type: "email" | "sms" | "push";
          title: string;
          content: string | null;
          status: "pending" | "sent" | "failed";
          sent_at: string | null;
          read_at: string | null;
          entity_type: string | null;
          entity_id: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          user_id: string;
          type: "email" | "sms" | "push";
          title: string;
          content?: string | null;
          status?: "pending" | "sent" | "failed";
          sent_at?: string | null;
          read_at?: string | null;
          entity_type?: string | null;
          entity_id?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          user_id?: string;
          type?: "email" | "sms" | "push";
          title?: string;
          content?: string | null;
          status?: "pending" | "sent" | "failed";
          sent_at?: string | null;
          read_at?: string | null;
          entity_type?: string | null;
          entity_id?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "notifications_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "notifications_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "notifications_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "notifications_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "notifications_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Purchases of one or more tickets. */
      orders: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          user_id: string | null;
          buyer_name: string | null;
          buyer_email: string | null;
          status: "pending" | "completed" | "cancelled" | "refunded";
          total_amount: number;
          currency: string;
          payment_status: "pending" | "paid" | "failed" | "refunded";
          expires_at: string | null;
          idempotency_key: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          user_id?: string | null;
          buyer_name?: string | null;
          buyer_email?: string | null;
          status?: "pending" | "completed" | "cancelled" | "refunded";
          total_amount?: number;
          currency?: string;
          payment_status?: "pending" | "paid" | "failed" | "refunded";
          expires_at?: string | null;
          idempotency_key?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          user_id?: string | null;
          buyer_name?: string | null;
          buyer_email?: string | null;
          status?: "pending" | "completed" | "cancelled" | "refunded";
          total_amount?: number;
          currency?: string;
          payment_status?: "pending" | "paid" | "failed" | "refunded";
          expires_at?: string | null;
          idempotency_key?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "orders_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "orders_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "orders_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "orders_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "orders_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "orders_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** The tenant. Deleting one deletes its whole tree, which is why no key inside a tenant is RESTRICT. */
      organizations: {
        Row: {
          id: string;
          owner_id: string;
          name: string;
          slug: string;
          plan: string;
          branding: Json;
          default_currency: string;
          time_zone: string;
          status: "active" | "suspended" | "closing";
          created_at: string;
          updated_at: string;
          rev: number;
          require_second_factor: boolean;
        };
        Insert: never;
        Update: {
          id?: string;
          owner_id?: string;
          name?: string;
          slug?: string;
          plan?: string;
          branding?: Json;
          default_currency?: string;
          time_zone?: string;
          status?: "active" | "suspended" | "closing";
          created_at?: string;
          updated_at?: string;
          rev?: number;
          require_second_factor?: boolean;
        };
        Relationships: [
          { foreignKeyName: "organizations_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "organizations_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Who is in a team: members of the organization and outside partners. */
      organizer_team_members: {
        Row: {
          id: string;
          organization_id: string;
          team_id: string;
          user_id: string | null;
          stakeholder_id: string | null;
          role: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          team_id: string;
          user_id?: string | null;
          stakeholder_id?: string | null;
          role?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          team_id?: string;
          user_id?: string | null;
          stakeholder_id?: string | null;
          role?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "organizer_team_members_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "organizer_team_members_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "organizer_team_members_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "organizer_team_members_organization_id_stakeholder_id_fkey"; columns: ["organization_id", "stakeholder_id"]; isOneToOne: false; referencedRelation: "stakeholders"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "organizer_team_members_organization_id_team_id_fkey"; columns: ["organization_id", "team_id"]; isOneToOne: false; referencedRelation: "organizer_teams"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "organizer_team_members_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "organizer_team_members_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Production teams. Who is in the team of an event sees the event. */
      organizer_teams: {
        Row: {
          id: string;
          organization_id: string;
          owner_id: string;
          name: string;
          type: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          owner_id: string;
          name: string;
          type?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          owner_id?: string;
          name?: string;
          type?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "organizer_teams_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "organizer_teams_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "organizer_teams_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "organizer_teams_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "organizer_teams_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Payments of an order, of one registration or of an invoice; each attempt is one. event_id and project_id are those of what is paid. */
      payments: {
        Row: {
          id: string;
          organization_id: string;
          order_id: string | null;
          registration_id: string | null;
          invoice_id: string | null;
          event_id: string | null;
          project_id: string | null;
          payer_id: string | null;
          amount: number;
          currency: string;
          status: "pending" | "completed" | "failed" | "refunded";
          provider: "stripe" | "paypal" | "square" | "manual" | null;
          payment_method: string | null;
          provider_transaction_id: string | null;
          refunded_amount: number;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
          error: string | null;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          order_id?: string | null;
          registration_id?: string | null;
          invoice_id?: string | null;
          event_id?: string | null;
          project_id?: string | null;
          payer_id?: string | null;
          amount: number;
          currency?: string;
          status?: "pending" | "completed" | "failed" | "refunded";
          provider?: "stripe" | "paypal" | "square" | "manual" | null;
          payment_method?: string | null;
          provider_transaction_id?: string | null;
          refunded_amount?: number;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
          error?: string | null;
        };
        Update: {
          id?: string;
          organization_id?: string;
          order_id?: string | null;
          registration_id?: string | null;
          invoice_id?: string | null;
          event_id?: string | null;
          project_id?: string | null;
          payer_id?: string | null;
          amount?: number;
          currency?: string;
          status?: "pending" | "completed" | "failed" | "refunded";
          provider?: "stripe" | "paypal" | "square" | "manual" | null;
          payment_method?: string | null;
          provider_transaction_id?: string | null;
          refunded_amount?: number;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
          error?: string | null;
        };
        Relationships: [
          { foreignKeyName: "payments_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "payments_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "payments_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "payments_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "payments_organization_id_invoice_id_fkey"; columns: ["organization_id", "invoice_id"]; isOneToOne: false; referencedRelation: "invoices"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "payments_organization_id_order_id_fkey"; columns: ["organization_id", "order_id"]; isOneToOne: false; referencedRelation: "orders"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "payments_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "payments_organization_id_registration_id_fkey"; columns: ["organization_id", "registration_id"]; isOneToOne: false; referencedRelation: "registrations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "payments_organization_id_registration_id_fkey"; columns: ["organization_id", "registration_id"]; isOneToOne: false; referencedRelation: "tickets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "payments_payer_id_fkey"; columns: ["payer_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "payments_payer_id_fkey"; columns: ["payer_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Pieces of a playbook that can be found and quoted. */
      playbook_chunks: {
        Row: {
          id: string;
          organization_id: string;
          playbook_id: string;
          ordinal: number;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          playbook_id: string;
          ordinal: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: never;
        Relationships: [
          { foreignKeyName: "playbook_chunks_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "playbook_chunks_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "playbook_chunks_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "playbook_chunks_organization_id_playbook_id_fkey"; columns: ["organization_id", "playbook_id"]; isOneToOne: false; referencedRelation: "playbooks"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** How the house goes about outreach, written down for people and for retrieval. */
      playbooks: {
        Row: {
          id: string;
          organization_id: string;
          brand_id: string | null;
          title: string;
          body: string;
          tags: string[];
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          title: string;
          body: string;
          tags?: string[];
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          brand_id?: string | null;
          title?: string;
          body?: string;
          tags?: string[];
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "playbooks_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "playbooks_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "playbooks_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "playbooks_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** An install's connections to outside accounts: shops, pages, sellers. Every third-party token is here, sealed. */
      plugin_connections: {
        Row: {
          id: string;
          organization_id: string;
          install_id: string;
          provider: string;
          user_id: string;
          external_account_id: string;
          display_name: string | null;
          marketplace_id: string | null;
          scopes: string[];
          token_expires_at: string | null;
          status: "active" | "expired" | "revoked" | "error";
          last_ok_at: string | null;
          last_error: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          install_id: string;
          provider: string;
          user_id: string;
          external_account_id: string;
          display_name?: string | null;
          marketplace_id?: string | null;
          scopes?: string[];
          token_expires_at?: string | null;
          status?: "active" | "expired" | "revoked" | "error";
          last_ok_at?: string | null;
          last_error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          install_id?: string;
          provider?: string;
          user_id?: string;
          external_account_id?: string;
          display_name?: string | null;
          marketplace_id?: string | null;
          scopes?: string[];
          token_expires_at?: string | null;
          status?: "active" | "expired" | "revoked" | "error";
          last_ok_at?: string | null;
          last_error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "plugin_connections_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_organization_id_install_id_fkey"; columns: ["organization_id", "install_id"]; isOneToOne: false; referencedRelation: "plugin_installs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "plugin_connections_provider_fkey"; columns: ["provider"]; isOneToOne: false; referencedRelation: "plugins"; referencedColumns: ["key"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** A plugin switched on by an organization, with the scopes it was granted. */
      plugin_installs: {
        Row: {
          id: string;
          organization_id: string;
          plugin_key: string;
          version: string;
          status: "active" | "disabled" | "error";
          granted_scopes: string[];
          config: Json;
          last_error: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
          package_id: string | null;
          accepted_manifest: Json | null;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          plugin_key: string;
          version: string;
          status?: "active" | "disabled" | "error";
          granted_scopes?: string[];
          config?: Json;
          last_error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
          package_id?: string | null;
          accepted_manifest?: Json | null;
        };
        Update: {
          id?: string;
          organization_id?: string;
          plugin_key?: string;
          version?: string;
          status?: "active" | "disabled" | "error";
          granted_scopes?: string[];
          config?: Json;
          last_error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
          package_id?: string | null;
          accepted_manifest?: Json | null;
        };
        Relationships: [
          { foreignKeyName: "plugin_installs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_installs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_installs_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_installs_plugin_key_fkey"; columns: ["plugin_key"]; isOneToOne: false; referencedRelation: "plugins"; referencedColumns: ["key"] },
        ];
      };
      /** Durable queue of plugins and of the hub: publish, sync, export, send, enrich, render. One idempotency key is one job. */
      plugin_jobs: {
        Row: {
          id: string;
          organization_id: string;
          install_id: string | null;
          connection_id: string | null;
          kind: string;
          payload: Json;
          entity_type: string | null;
          entity_id: string | null;
          idempotency_key: string;
          run_at: string;
          status: "queued" | "running" | "succeeded" | "failed" | "dead" | "cancelled";
          attempts: number;
          max_attempts: number;
          result: Json | null;
          last_error: string | null;
          created_by: string | null;
          created_at: string;
          cancel_requested: boolean;
          delivery_id: string | null;
          again: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          install_id?: string | null;
          connection_id?: string | null;
          kind: string;
          payload?: Json;
          entity_type?: string | null;
          entity_id?: string | null;
          idempotency_key: string;
          run_at?: string;
          status?: "queued" | "running" | "succeeded" | "failed" | "dead" | "cancelled";
          attempts?: number;
          max_attempts?: number;
          result?: Json | null;
          last_error?: string | null;
          created_by?: string | null;
          created_at?: string;
          cancel_requested?: boolean;
          delivery_id?: string | null;
          again?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          install_id?: string | null;
          connection_id?: string | null;
          kind?: string;
          payload?: Json;
          entity_type?: string | null;
          entity_id?: string | null;
          idempotency_key?: string;
          run_at?: string;
          status?: "queued" | "running" | "succeeded" | "failed" | "dead" | "cancelled";
          attempts?: number;
          max_attempts?: number;
          result?: Json | null;
          last_error?: string | null;
          created_by?: string | null;
          created_at?: string;
          cancel_requested?: boolean;
          delivery_id?: string | null;
          again?: number;
        };
        Relationships: [
          { foreignKeyName: "plugin_jobs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_jobs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_jobs_install_id_connection_id_fkey"; columns: ["install_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["install_id", "id"] },
          { foreignKeyName: "plugin_jobs_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "plugin_jobs_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "plugin_jobs_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "plugin_jobs_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "plugin_jobs_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "plugin_jobs_organization_id_delivery_id_fkey"; columns: ["organization_id", "delivery_id"]; isOneToOne: false; referencedRelation: "webhook_deliveries"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "plugin_jobs_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_jobs_organization_id_install_id_fkey"; columns: ["organization_id", "install_id"]; isOneToOne: false; referencedRelation: "plugin_installs"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Attempts of jobs of plugins: how they went, what they cost, what they said. */
      plugin_runs: {
        Row: {
          id: string;
          organization_id: string;
          install_id: string;
          job_id: string;
          attempt: number;
          version: string;
          started_at: string;
          ended_at: string | null;
          outcome: string | null;
          message: string | null;
          compute_ms: number | null;
          calls: number | null;
          progress_done: number | null;
          progress_total: number | null;
          progress_note: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: never;
        Update: {
          id?: string;
          organization_id?: string;
          install_id?: string;
          job_id?: string;
          attempt?: number;
          version?: string;
          started_at?: string;
          ended_at?: string | null;
          outcome?: string | null;
          message?: string | null;
          compute_ms?: number | null;
          calls?: number | null;
          progress_done?: number | null;
          progress_total?: number | null;
          progress_note?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "plugin_runs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_runs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_runs_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_runs_organization_id_install_id_fkey"; columns: ["organization_id", "install_id"]; isOneToOne: false; referencedRelation: "plugin_installs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "plugin_runs_organization_id_job_id_fkey"; columns: ["organization_id", "job_id"]; isOneToOne: false; referencedRelation: "plugin_jobs"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** What a plugin listens to, and how far it has read. */
      plugin_subscriptions: {
        Row: {
          id: string;
          organization_id: string;
          install_id: string;
          topic_kind: "event" | "project" | "organization";
          entity_id: string | null;
          kinds: string[];
          status: "active" | "paused";
          created_by: string | null;
          created_at: string;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          install_id: string;
          topic_kind: "event" | "project" | "organization";
          entity_id?: string | null;
          kinds?: string[];
          status?: "active" | "paused";
          created_by?: string | null;
          created_at?: string;
        };
        Update: {
          id?: string;
          organization_id?: string;
          install_id?: string;
          topic_kind?: "event" | "project" | "organization";
          entity_id?: string | null;
          kinds?: string[];
          status?: "active" | "paused";
          created_by?: string | null;
          created_at?: string;
        };
        Relationships: [
          { foreignKeyName: "plugin_subscriptions_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_subscriptions_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_subscriptions_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_subscriptions_organization_id_install_id_fkey"; columns: ["organization_id", "install_id"]; isOneToOne: false; referencedRelation: "plugin_installs"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Catalogue of available plugins, the same for every organization. */
      plugins: {
        Row: {
          key: string;
          name: string;
          publisher: string;
          kind: "first_party" | "third_party";
          version: string;
          manifest: Json;
          capabilities: string[];
          artifact_sha256: string | null;
          signature: string | null;
          status: "available" | "withdrawn";
          created_at: string;
          updated_at: string;
          rev: number;
          publisher_key: string | null;
          listed: boolean;
        };
        Insert: never;
        Update: never;
        Relationships: [];
      };
      /** Requests to export or erase a person's data, and what came of them. They are never deleted. */
      privacy_requests: {
        Row: {
          id: string;
          organization_id: string;
          kind: "export" | "erase";
          subject_kind:
            | "user"
            | "contact"
            | "stakeholder"
            | "registration"
            | "order"
            | "model_profile"
            | "designer_profile"
            | "staff"
            | "signatory";
          subject_id: string;
          status: "received" | "running" | "done" | "refused";
          requested_by: string | null;
          due_at: string;
          completed_at: string | null;
          export_object_id: string | null;
          report: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          kind: "export" | "erase";
          subject_kind:
            | "user"
            | "contact"
            | "stakeholder"
            | "registration"
            | "order"
            | "model_profile"
            | "designer_profile"
            | "staff"
            | "signatory";
          subject_id: string;
          status?: "received" | "running" | "done" | "refused";
          requested_by?: string | null;
          due_at?: string;
          completed_at?: string | null;
          export_object_id?: string | null;
          report?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          kind?: "export" | "erase";
          subject_kind?:
            | "user"
            | "contact"
            | "stakeholder"
            | "registration"
            | "order"
            | "model_profile"
            | "designer_profile"
            | "staff"
            | "signatory";
          subject_id?: string;
          status?: "received" | "running" | "done" | "refused";
          requested_by?: string | null;
          due_at?: string;
          completed_at?: string | null;
          export_object_id?: string | null;
          report?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "privacy_requests_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "privacy_requests_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "privacy_requests_organization_id_export_object_id_fkey"; columns: ["organization_id", "export_object_id"]; isOneToOne: false; referencedRelation: "storage_objects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "privacy_requests_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "privacy_requests_requested_by_fkey"; columns: ["requested_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "privacy_requests_requested_by_fkey"; columns: ["requested_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Products: photographed in shots, shown at events, sold through channels. stock_quantity is the truth about stock. */
      products: {
        Row: {
          id: string;
          organization_id: string;
          collection_id: string | null;
          client_id: string | null;
          brand_id: string | null;
          sku: string;
          name: string;
          description: string | null;
          image_url: string | null;
          image_asset_id: string | null;
          price: number | null;
          currency: string;
          stock_quantity: number | null;
          status: "draft" | "active" | "archived";
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          collection_id?: string | null;
          client_id?: string | null;
          brand_id?: string | null;
          sku: string;
          name: string;
          description?: string | null;
          image_url?: string | null;
          image_asset_id?: string | null;
          price?: number | null;
          currency?: string;
          stock_quantity?: number | null;
          status?: "draft" | "active" | "archived";
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          collection_id?: string | null;
          client_id?: string | null;
          brand_id?: string | null;
          sku?: string;
          name?: string;
          description?: string | null;
          image_url?: string | null;
          image_asset_id?: string | null;
          price?: number | null;
          currency?: string;
          stock_quantity?: number | null;
          status?: "draft" | "active" | "archived";
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "products_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "products_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "products_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "products_organization_id_client_id_fkey"; columns: ["organization_id", "client_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "products_organization_id_client_id_fkey"; columns: ["organization_id", "client_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "products_organization_id_collection_id_fkey"; columns: ["organization_id", "collection_id"]; isOneToOne: false; referencedRelation: "collections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "products_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "products_organization_id_image_asset_id_fkey"; columns: ["organization_id", "image_asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "products_organization_id_image_asset_id_fkey"; columns: ["organization_id", "image_asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "products_organization_id_image_asset_id_fkey"; columns: ["organization_id", "image_asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "products_organization_id_image_asset_id_fkey"; columns: ["organization_id", "image_asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "products_organization_id_image_asset_id_fkey"; columns: ["organization_id", "image_asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Explicit access of one person to one project: clients and freelance editors. */
      project_members: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          user_id: string;
          role: "client" | "editor" | "viewer";
          can_approve: boolean;
          can_download: boolean;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id: string;
          user_id: string;
          role?: "client" | "editor" | "viewer";
          can_approve?: boolean;
          can_download?: boolean;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          user_id?: string;
          role?: "client" | "editor" | "viewer";
          can_approve?: boolean;
          can_download?: boolean;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "project_members_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "project_members_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "project_members_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "project_members_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "project_members_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "project_members_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** A shoot, event or web production, and what its client may see of it. */
      projects: {
        Row: {
          id: string;
          organization_id: string;
          client_id: string | null;
          owner_id: string | null;
          title: string;
          type: "shoot" | "event" | "web";
          status: "draft" | "planning" | "active" | "in_review" | "completed" | "cancelled";
          start_date: string | null;
          due_date: string | null;
          currency: string;
          budget_total: number;
          budget_actual: number;
          progress_percentage: number;
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          client_id?: string | null;
          owner_id?: string | null;
          title: string;
          type: "shoot" | "event" | "web";
          status?: "draft" | "planning" | "active" | "in_review" | "completed" | "cancelled";
          start_date?: string | null;
          due_date?: string | null;
          currency?: string;
          budget_total?: number;
          budget_actual?: number;
          progress_percentage?: number;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          client_id?: string | null;
          owner_id?: string | null;
          title?: string;
          type?: "shoot" | "event" | "web";
          status?: "draft" | "planning" | "active" | "in_review" | "completed" | "cancelled";
          start_date?: string | null;
          due_date?: string | null;
          currency?: string;
          budget_total?: number;
          budget_actual?: number;
          progress_percentage?: number;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "projects_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "projects_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "projects_organization_id_client_id_fkey"; columns: ["organization_id", "client_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "projects_organization_id_client_id_fkey"; columns: ["organization_id", "client_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "projects_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "projects_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "projects_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** One ticket with one QR code, for one attendee and their party. */
      registrations: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          ticket_tier_id: string;
          order_id: string | null;
          user_id: string | null;
          attendee_name: string | null;
          attendee_email: string | null;
          status: "pending" | "confirmed" | "attended" | "cancelled" | "refunded";
          party_size: number;
          arrived_count: number;
          inside_count: number;
          entries: number;
          vip: boolean;
          seat: string | null;
          door_note: string | null;
          external_ref: string | null;
          qr_code_data: string;
          unit_price: number;
          currency: string;
          purchased_at: string;
          hold_expires_at: string | null;
          checked_in_at: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          ticket_tier_id: string;
          order_id?: string | null;
          user_id?: string | null;
          attendee_name: string;
          attendee_email?: string | null;
          status?: "pending" | "confirmed" | "attended" | "cancelled" | "refunded";
          party_size?: number;
          arrived_count?: number;
          inside_count?: number;
          entries?: number;
          vip?: boolean;
          seat?: string | null;
          door_note?: string | null;
          external_ref?: string | null;
          qr_code_data: string;
          unit_price?: number;
          currency?: string;
          purchased_at?: string;
          hold_expires_at?: string | null;
          checked_in_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          ticket_tier_id?: string;
          order_id?: string | null;
          user_id?: string | null;
          attendee_name?: string;
          attendee_email?: string | null;
          status?: "pending" | "confirmed" | "attended" | "cancelled" | "refunded";
          party_size?: number;
          arrived_count?: number;
          inside_count?: number;
          entries?: number;
          vip?: boolean;
          seat?: string | null;
          door_note?: string | null;
          external_ref?: string | null;
          qr_code_data?: string;
          unit_price?: number;
          currency?: string;
          purchased_at?: string;
          hold_expires_at?: string | null;
          checked_in_at?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "registrations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "registrations_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "registrations_event_id_ticket_tier_id_fkey"; columns: ["event_id", "ticket_tier_id"]; isOneToOne: false; referencedRelation: "ticket_tiers"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "registrations_event_id_ticket_tier_id_fkey"; columns: ["event_id", "ticket_tier_id"]; isOneToOne: false; referencedRelation: "ticket_types"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "registrations_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "registrations_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "registrations_organization_id_order_id_fkey"; columns: ["organization_id", "order_id"]; isOneToOne: false; referencedRelation: "orders"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "registrations_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "registrations_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Forecasts with their inputs. A new one is a new row; the old ones are the history. */
      roi_forecasts: {
        Row: {
          id: string;
          organization_id: string;
          deal_id: string | null;
          event_id: string | null;
          ai_run_id: string | null;
          predicted_emv: number | null;
          predicted_sales_lift: number | null;
          predicted_roi: number;
          probability: number;
          currency: string;
          inputs: Json;
          method: string;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          deal_id?: string | null;
          event_id?: string | null;
          ai_run_id?: string | null;
          predicted_emv?: number | null;
          predicted_sales_lift?: number | null;
          predicted_roi: number;
          probability: number;
          currency?: string;
          inputs?: Json;
          method: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: never;
        Relationships: [
          { foreignKeyName: "roi_forecasts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "roi_forecasts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "roi_forecasts_organization_id_ai_run_id_fkey"; columns: ["organization_id", "ai_run_id"]; isOneToOne: false; referencedRelation: "ai_runs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "roi_forecasts_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "roi_forecasts_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "roi_forecasts_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "roi_forecasts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Segments of the show: opening, designer blocks, finale. */
      runway_segments: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          name: string;
          description: string | null;
          duration_seconds: number;
          order_index: number;
          technical_requirements: Json;
          status: "planned" | "standby" | "live" | "done" | "skipped";
          actual_start: string | null;
          actual_end: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          name: string;
          description?: string | null;
          duration_seconds?: number;
          order_index: number;
          technical_requirements?: Json;
          status?: "planned" | "standby" | "live" | "done" | "skipped";
          actual_start?: string | null;
          actual_end?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          name?: string;
          description?: string | null;
          duration_seconds?: number;
          order_index?: number;
          technical_requirements?: Json;
          status?: "planned" | "standby" | "live" | "done" | "skipped";
          actual_start?: string | null;
          actual_end?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "runway_segments_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "runway_segments_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "runway_segments_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "runway_segments_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Scenes of a shot list, in the byte order of their rank. */
      scenes: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          shot_list_id: string;
          title: string;
          description: string | null;
          rank: string;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shot_list_id: string;
          title: string;
          description?: string | null;
          rank?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shot_list_id?: string;
          title?: string;
          description?: string | null;
          rank?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "scenes_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "scenes_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "scenes_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "scenes_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "scenes_organization_id_shot_list_id_fkey"; columns: ["organization_id", "shot_list_id"]; isOneToOne: false; referencedRelation: "shot_lists"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Messages that screens show until they are cleared or expire. */
      screen_messages: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          text: string;
          severity: "info" | "warning" | "critical";
          audience: ("scan" | "wall" | "caller")[];
          expires_at: string | null;
          cleared_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          text: string;
          severity?: "info" | "warning" | "critical";
          audience?: ("scan" | "wall" | "caller")[];
          expires_at?: string | null;
          cleared_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          text?: string;
          severity?: "info" | "warning" | "critical";
          audience?: ("scan" | "wall" | "caller")[];
          expires_at?: string | null;
          cleared_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "screen_messages_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "screen_messages_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "screen_messages_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "screen_messages_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Logins. Each refresh replaces token_hash; organization_id is the organization chosen in this login. */
      sessions: {
        Row: {
          id: string;
          user_id: string;
          organization_id: string | null;
          user_agent: string | null;
          ip: string | null;
          created_at: string;
          last_seen_at: string;
          expires_at: string;
          revoked_at: string | null;
          aal: "aal1" | "aal2";
          amr: Json;
          authenticated_at: string;
        };
        Insert: never;
        Update: {
          revoked_at?: string | null;
        };
        Relationships: [
          { foreignKeyName: "sessions_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "sessions_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "sessions_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Work shifts of an event, and how many people each needs. */
      shifts: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          start_time: string;
          end_time: string;
          required_staff: number;
          notes: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          start_time: string;
          end_time: string;
          required_staff?: number;
          notes?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          start_time?: string;
          end_time?: string;
          required_staff?: number;
          notes?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "shifts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "shifts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "shifts_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shifts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** The pull list of a shoot: pieces that are on set, whether or not a shot shows them. */
      shoot_items: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          shoot_id: string;
          product_id: string | null;
          name: string;
          sku: string | null;
          quantity: number;
          status: "pending" | "received" | "shot" | "returned";
          notes: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shoot_id: string;
          product_id?: string | null;
          name: string;
          sku?: string | null;
          quantity?: number;
          status?: "pending" | "received" | "shot" | "returned";
          notes?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shoot_id?: string;
          product_id?: string | null;
          name?: string;
          sku?: string | null;
          quantity?: number;
          status?: "pending" | "received" | "shot" | "returned";
          notes?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "shoot_items_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "shoot_items_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "shoot_items_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "shoot_items_organization_id_product_id_fkey"; columns: ["organization_id", "product_id"]; isOneToOne: false; referencedRelation: "products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoot_items_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoot_items_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Models cast in a shoot. */
      shoot_models: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          shoot_id: string;
          model_profile_id: string;
          status: "shortlisted" | "selected" | "confirmed" | "declined";
          role: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shoot_id: string;
          model_profile_id: string;
          status?: "shortlisted" | "selected" | "confirmed" | "declined";
          role?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shoot_id?: string;
          model_profile_id?: string;
          status?: "shortlisted" | "selected" | "confirmed" | "declined";
          role?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "shoot_models_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "shoot_models_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "shoot_models_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "shoot_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoot_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoot_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoot_models_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoot_models_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Photo shoots of a project. */
      shoots: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          designer_id: string | null;
          location_id: string | null;
          title: string;
          shoot_type: string | null;
          status: "planning" | "in_progress" | "completed" | "cancelled";
          scheduled_date: string | null;
          starts_at: string | null;
          ends_at: string | null;
          time_zone: string;
          location: string | null;
          search: unknown;
          created_by: string;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id: string;
          designer_id?: string | null;
          location_id?: string | null;
          title: string;
          shoot_type?: string | null;
          status?: "planning" | "in_progress" | "completed" | "cancelled";
          scheduled_date?: string | null;
          starts_at?: string | null;
          ends_at?: string | null;
          time_zone?: string;
          location?: string | null;
          created_by?: string;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          designer_id?: string | null;
          location_id?: string | null;
          title?: string;
          shoot_type?: string | null;
          status?: "planning" | "in_progress" | "completed" | "cancelled";
          scheduled_date?: string | null;
          starts_at?: string | null;
          ends_at?: string | null;
          time_zone?: string;
          location?: string | null;
          created_by?: string;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "shoots_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "shoots_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "shoots_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoots_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "designers"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoots_organization_id_designer_id_fkey"; columns: ["organization_id", "designer_id"]; isOneToOne: false; referencedRelation: "fashion_show_designer_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoots_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "shoots_organization_id_location_id_fkey"; columns: ["organization_id", "location_id"]; isOneToOne: false; referencedRelation: "venues"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shoots_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** The shot lists of a shoot. Several people edit one at once; these rows show what their document says. */
      shot_lists: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          shoot_id: string;
          title: string;
          status: "draft" | "in_review" | "approved" | "locked";
          head_seq: number;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shoot_id: string;
          title: string;
          status?: "draft" | "in_review" | "approved" | "locked";
          head_seq?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shoot_id?: string;
          title?: string;
          status?: "draft" | "in_review" | "approved" | "locked";
          head_seq?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "shot_lists_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_lists_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_lists_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_lists_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shot_lists_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Which models are in a shot. */
      shot_models: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          shot_id: string;
          model_profile_id: string;
          rank: string;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shot_id: string;
          model_profile_id: string;
          rank?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shot_id?: string;
          model_profile_id?: string;
          rank?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "shot_models_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_models_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_models_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shot_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shot_models_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shot_models_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shot_models_organization_id_shot_id_fkey"; columns: ["organization_id", "shot_id"]; isOneToOne: false; referencedRelation: "shots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Which products a shot shows. */
      shot_products: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          shot_id: string;
          product_id: string;
          rank: string;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shot_id: string;
          product_id: string;
          rank?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shot_id?: string;
          product_id?: string;
          rank?: string;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "shot_products_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_products_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_products_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "shot_products_organization_id_product_id_fkey"; columns: ["organization_id", "product_id"]; isOneToOne: false; referencedRelation: "products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shot_products_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shot_products_organization_id_shot_id_fkey"; columns: ["organization_id", "shot_id"]; isOneToOne: false; referencedRelation: "shots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Planned photographs, in the byte order of their rank. */
      shots: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          shoot_id: string;
          shot_list_id: string;
          scene_id: string | null;
          description: string;
          time_est_minutes: number | null;
          rank: string;
          status: "todo" | "shooting" | "done" | "skipped";
          notes: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shoot_id?: string;
          shot_list_id: string;
          scene_id?: string | null;
          description?: string;
          time_est_minutes?: number | null;
          rank?: string;
          status?: "todo" | "shooting" | "done" | "skipped";
          notes?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          shoot_id?: string;
          shot_list_id?: string;
          scene_id?: string | null;
          description?: string;
          time_est_minutes?: number | null;
          rank?: string;
          status?: "todo" | "shooting" | "done" | "skipped";
          notes?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "shots_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "shots_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "shots_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "shots_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shots_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shots_organization_id_shot_list_id_fkey"; columns: ["organization_id", "shot_list_id"]; isOneToOne: false; referencedRelation: "shot_lists"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "shots_shot_list_id_scene_id_fkey"; columns: ["shot_list_id", "scene_id"]; isOneToOne: false; referencedRelation: "scenes"; referencedColumns: ["shot_list_id", "id"] },
        ];
      };
      /** One look: who walks, in what, in which order. A look whose model or collection is deleted stays, open. */
      show_lineup: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          segment_id: string;
          model_profile_id: string | null;
          collection_id: string | null;
          order_index: number;
          outfit_details: Json;
          notes: string | null;
          status: "planned" | "dressing" | "ready" | "on_runway" | "done" | "cut";
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          segment_id: string;
          model_profile_id?: string | null;
          collection_id?: string | null;
          order_index: number;
          outfit_details?: Json;
          notes?: string | null;
          status?: "planned" | "dressing" | "ready" | "on_runway" | "done" | "cut";
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          segment_id?: string;
          model_profile_id?: string | null;
          collection_id?: string | null;
          order_index?: number;
          outfit_details?: Json;
          notes?: string | null;
          status?: "planned" | "dressing" | "ready" | "on_runway" | "done" | "cut";
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "show_lineup_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "show_lineup_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "show_lineup_event_id_segment_id_fkey"; columns: ["event_id", "segment_id"]; isOneToOne: false; referencedRelation: "runway_segments"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "show_lineup_organization_id_collection_id_fkey"; columns: ["organization_id", "collection_id"]; isOneToOne: false; referencedRelation: "collections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "show_lineup_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "show_lineup_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "show_lineup_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "model_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "show_lineup_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "casting_profiles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "show_lineup_organization_id_model_profile_id_fkey"; columns: ["organization_id", "model_profile_id"]; isOneToOne: false; referencedRelation: "models"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** The cues of one run: planned as they were, and actual. The forecast is a formula over these columns. */
      show_run_cues: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          run_id: string;
          schedule_id: string | null;
          segment_id: string | null;
          position: number;
          title: string;
          cue_number: string | null;
          planned_start: string;
          planned_end: string;
          start_mode: "linked" | "hard";
          count_to_end: boolean;
          skipped: boolean;
          added_ms: number;
          held_ms: number;
          actual_start: string | null;
          actual_end: string | null;
          gap_total_ms: number;
          chain: number;
          status: "planned" | "live" | "done" | "skipped";
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "show_run_cues_event_id_run_id_fkey"; columns: ["event_id", "run_id"]; isOneToOne: false; referencedRelation: "show_runs"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "show_run_cues_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "show_run_cues_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "show_run_cues_organization_id_schedule_id_fkey"; columns: ["organization_id", "schedule_id"]; isOneToOne: false; referencedRelation: "event_schedules"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "show_run_cues_organization_id_segment_id_fkey"; columns: ["organization_id", "segment_id"]; isOneToOne: false; referencedRelation: "runway_segments"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** What the caller did: the verb that led to a revision, the run before it (for undo; null for the first), the forecast after it. */
      show_run_steps: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          run_id: string;
          revision: number;
          verb: Json;
          principal_kind: "user" | "device" | "system";
          principal_id: string | null;
          at: string;
          undone: boolean;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "show_run_steps_event_id_run_id_fkey"; columns: ["event_id", "run_id"]; isOneToOne: false; referencedRelation: "show_runs"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "show_run_steps_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "show_run_steps_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Each time a rundown was run, as show or as rehearsal. An event has one live run at most. */
      show_runs: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          kind: "show" | "rehearsal";
          status: "running" | "held" | "ended";
          revision: number;
          live_cue_id: string | null;
          started_at: string;
          ended_at: string | null;
          held_at: string | null;
          delay_base_ms: number;
          delay_grows_from: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "show_runs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "show_runs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "show_runs_id_live_cue_id_fkey"; columns: ["id", "live_cue_id"]; isOneToOne: true; referencedRelation: "show_run_cues"; referencedColumns: ["run_id", "id"] },
          { foreignKeyName: "show_runs_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "show_runs_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Posts of every social platform, planned and published. */
      social_posts: {
        Row: {
          id: string;
          organization_id: string;
          connection_id: string;
          platform: string;
          asset_id: string | null;
          campaign_id: string | null;
          event_id: string | null;
          project_id: string | null;
          body: string | null;
          status: "draft" | "scheduled" | "published" | "failed";
          scheduled_at: string | null;
          published_at: string | null;
          external_post_id: string | null;
          error: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          connection_id: string;
          platform: string;
          asset_id?: string | null;
          campaign_id?: string | null;
          event_id?: string | null;
          project_id?: string | null;
          body?: string | null;
          status?: "draft" | "scheduled" | "published" | "failed";
          scheduled_at?: string | null;
          published_at?: string | null;
          external_post_id?: string | null;
          error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          connection_id?: string;
          platform?: string;
          asset_id?: string | null;
          campaign_id?: string | null;
          event_id?: string | null;
          project_id?: string | null;
          body?: string | null;
          status?: "draft" | "scheduled" | "published" | "failed";
          scheduled_at?: string | null;
          published_at?: string | null;
          external_post_id?: string | null;
          error?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "social_posts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "social_posts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_campaign_id_fkey"; columns: ["organization_id", "campaign_id"]; isOneToOne: false; referencedRelation: "campaigns"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "social_posts_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_platform_connection_id_fkey"; columns: ["platform", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["provider", "id"] },
        ];
      };
      /** What was promised to a sponsor, and whether it was delivered. asset_id is the proof. */
      sponsor_deliverables: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          sponsorship_id: string;
          title: string;
          description: string | null;
          due_date: string | null;
          status: "pending" | "in_progress" | "delivered" | "approved";
          asset_id: string | null;
          delivered_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          sponsorship_id: string;
          title: string;
          description?: string | null;
          due_date?: string | null;
          status?: "pending" | "in_progress" | "delivered" | "approved";
          asset_id?: string | null;
          delivered_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          sponsorship_id?: string;
          title?: string;
          description?: string | null;
          due_date?: string | null;
          status?: "pending" | "in_progress" | "delivered" | "approved";
          asset_id?: string | null;
          delivered_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "sponsor_deliverables_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "sponsor_deliverables_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "sponsor_deliverables_event_id_sponsorship_id_fkey"; columns: ["event_id", "sponsorship_id"]; isOneToOne: false; referencedRelation: "event_sponsorships"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_event_id_sponsorship_id_fkey"; columns: ["event_id", "sponsorship_id"]; isOneToOne: false; referencedRelation: "event_sponsors"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_event_id_sponsorship_id_fkey"; columns: ["event_id", "sponsorship_id"]; isOneToOne: false; referencedRelation: "event_sponsors_junction"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "sponsor_deliverables_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Packages for sponsors. sold_count counts the sponsorships that are not cancelled. */
      sponsorship_packages: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          name: string;
          description: string | null;
          tier: string;
          price: number;
          currency: string;
          benefits: Json;
          availability: number | null;
          sold_count: number;
          valid_during: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          name: string;
          description?: string | null;
          tier: string;
          price?: number;
          currency?: string;
          benefits?: Json;
          availability?: number | null;
          sold_count?: number;
          valid_during?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          name?: string;
          description?: string | null;
          tier?: string;
          price?: number;
          currency?: string;
          benefits?: Json;
          availability?: number | null;
          sold_count?: number;
          valid_during?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "sponsorship_packages_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "sponsorship_packages_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "sponsorship_packages_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "sponsorship_packages_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Crew of an organization, with or without a login. */
      staff: {
        Row: {
          id: string;
          organization_id: string;
          user_id: string | null;
          role_id: string | null;
          name: string | null;
          status: "active" | "inactive";
          skills: string[];
          certifications: Json;
          availability: Json;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          user_id?: string | null;
          role_id?: string | null;
          name?: string | null;
          status?: "active" | "inactive";
          skills?: string[];
          certifications?: Json;
          availability?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          user_id?: string | null;
          role_id?: string | null;
          name?: string | null;
          status?: "active" | "inactive";
          skills?: string[];
          certifications?: Json;
          availability?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "staff_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_organization_id_role_id_fkey"; columns: ["organization_id", "role_id"]; isOneToOne: false; referencedRelation: "staff_roles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "staff_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Who works at an event, in which shift and role. Whoever is assigned sees the event. */
      staff_assignments: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          staff_id: string;
          role_id: string | null;
          shift_id: string | null;
          status: "scheduled" | "completed" | "cancelled";
          notes: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          staff_id: string;
          role_id?: string | null;
          shift_id?: string | null;
          status?: "scheduled" | "completed" | "cancelled";
          notes?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          staff_id?: string;
          role_id?: string | null;
          shift_id?: string | null;
          status?: "scheduled" | "completed" | "cancelled";
          notes?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "staff_assignments_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_assignments_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_assignments_event_id_shift_id_fkey"; columns: ["event_id", "shift_id"]; isOneToOne: false; referencedRelation: "shifts"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "staff_assignments_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "staff_assignments_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_assignments_organization_id_role_id_fkey"; columns: ["organization_id", "role_id"]; isOneToOne: false; referencedRelation: "staff_roles"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "staff_assignments_organization_id_staff_id_fkey"; columns: ["organization_id", "staff_id"]; isOneToOne: false; referencedRelation: "staff"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Kinds of crew work. One that somebody is assigned to is not deleted. */
      staff_roles: {
        Row: {
          id: string;
          organization_id: string;
          name: string;
          description: string | null;
          permissions: Json;
          requirements: Json;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          name: string;
          description?: string | null;
          permissions?: Json;
          requirements?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          name?: string;
          description?: string | null;
          permissions?: Json;
          requirements?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "staff_roles_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_roles_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "staff_roles_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Outside partners of productions: suppliers' people, contractors, press offices. */
      stakeholders: {
        Row: {
          id: string;
          organization_id: string;
          user_id: string | null;
          managed_by: string | null;
          contact_id: string | null;
          vendor_id: string | null;
          name: string;
          email: string | null;
          phone: string | null;
          role: string | null;
          company: string | null;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          user_id?: string | null;
          managed_by?: string | null;
          contact_id?: string | null;
          vendor_id?: string | null;
          name: string;
          email?: string | null;
          phone?: string | null;
          role?: string | null;
          company?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          user_id?: string | null;
          managed_by?: string | null;
          contact_id?: string | null;
          vendor_id?: string | null;
          name?: string;
          email?: string | null;
          phone?: string | null;
          role?: string | null;
          company?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "stakeholders_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "stakeholders_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "stakeholders_managed_by_fkey"; columns: ["managed_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "stakeholders_managed_by_fkey"; columns: ["managed_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "stakeholders_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "stakeholders_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "stakeholders_organization_id_vendor_id_fkey"; columns: ["organization_id", "vendor_id"]; isOneToOne: false; referencedRelation: "vendors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "stakeholders_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "stakeholders_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Where files are put. A name is unique in an organization; that of a public bucket on the whole hub. */
      storage_buckets: {
        Row: {
          id: string;
          organization_id: string;
          name: string;
          is_public: boolean;
          file_size_limit: number | null;
          allowed_mime_types: string[] | null;
          read_roles: ("staff" | "client" | "designer" | "model" | "sponsor" | "attendee")[];
          write_roles: ("staff" | "client" | "designer" | "model" | "sponsor" | "attendee")[];
          links_revoked_at: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          name: string;
          is_public?: boolean;
          file_size_limit?: number | null;
          allowed_mime_types?: string[] | null;
          read_roles?: ("staff" | "client" | "designer" | "model" | "sponsor" | "attendee")[];
          write_roles?: ("staff" | "client" | "designer" | "model" | "sponsor" | "attendee")[];
          links_revoked_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          name?: string;
          is_public?: boolean;
          file_size_limit?: number | null;
          allowed_mime_types?: string[] | null;
          read_roles?: ("staff" | "client" | "designer" | "model" | "sponsor" | "attendee")[];
          write_roles?: ("staff" | "client" | "designer" | "model" | "sponsor" | "attendee")[];
          links_revoked_at?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "storage_buckets_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "storage_buckets_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "storage_buckets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Files in object storage. Nobody downloads by key: the hub signs a short-lived URL after looking at what the file belongs to. */
      storage_objects: {
        Row: {
          id: string;
          organization_id: string;
          bucket: string;
          object_key: string;
          filename: string | null;
          size_bytes: number | null;
          mime_type: string | null;
          sha256: string | null;
          status: "pending" | "stored" | "failed" | "deleted";
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
          blob_id: string | null;
          cache_control: string | null;
          user_metadata: Json;
          links_revoked_at: string | null;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          bucket: string;
          object_key: string;
          filename?: string | null;
          size_bytes?: number | null;
          mime_type?: string | null;
          sha256?: string | null;
          status?: "pending" | "stored" | "failed" | "deleted";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
          blob_id?: string | null;
          cache_control?: string | null;
          user_metadata?: Json;
          links_revoked_at?: string | null;
        };
        Update: {
          id?: string;
          organization_id?: string;
          bucket?: string;
          object_key?: string;
          filename?: string | null;
          size_bytes?: number | null;
          mime_type?: string | null;
          sha256?: string | null;
          status?: "pending" | "stored" | "failed" | "deleted";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
          blob_id?: string | null;
          cache_control?: string | null;
          user_metadata?: Json;
          links_revoked_at?: string | null;
        };
        Relationships: [
          { foreignKeyName: "storage_objects_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "storage_objects_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "storage_objects_organization_id_bucket_fkey"; columns: ["organization_id", "bucket"]; isOneToOne: false; referencedRelation: "storage_buckets"; referencedColumns: ["organization_id", "name"] },
          { foreignKeyName: "storage_objects_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Who else works on a task: members or outside partners. */
      task_assignees: {
        Row: {
          id: string;
          organization_id: string;
          task_id: string;
          user_id: string | null;
          stakeholder_id: string | null;
          event_id: string | null;
          project_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          task_id: string;
          user_id?: string | null;
          stakeholder_id?: string | null;
          event_id?: string | null;
          project_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          task_id?: string;
          user_id?: string | null;
          stakeholder_id?: string | null;
          event_id?: string | null;
          project_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "task_assignees_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "task_assignees_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "task_assignees_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "task_assignees_organization_id_stakeholder_id_fkey"; columns: ["organization_id", "stakeholder_id"]; isOneToOne: false; referencedRelation: "stakeholders"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "task_assignees_organization_id_task_id_fkey"; columns: ["organization_id", "task_id"]; isOneToOne: false; referencedRelation: "tasks"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "task_assignees_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "task_assignees_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Which task waits for which. Never a circle. */
      task_dependencies: {
        Row: {
          id: string;
          organization_id: string;
          task_id: string;
          depends_on_task_id: string;
          event_id: string | null;
          project_id: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          task_id: string;
          depends_on_task_id: string;
          event_id?: string | null;
          project_id?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          task_id?: string;
          depends_on_task_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "task_dependencies_organization_id_depends_on_task_id_fkey"; columns: ["organization_id", "depends_on_task_id"]; isOneToOne: false; referencedRelation: "tasks"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "task_dependencies_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "task_dependencies_organization_id_task_id_fkey"; columns: ["organization_id", "task_id"]; isOneToOne: false; referencedRelation: "tasks"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Work items of an event, a project, a deal or a contact. assigned_to leads; task_assignees help. */
      tasks: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string | null;
          project_id: string | null;
          deal_id: string | null;
          contact_id: string | null;
          phase_id: string | null;
          assigned_to: string | null;
          title: string;
          description: string | null;
          status: "todo" | "in_progress" | "blocked" | "done" | "cancelled";
          priority: "low" | "medium" | "high" | "urgent";
          workflow_phase: string | null;
          is_critical_path: boolean;
          due_date: string | null;
          completed_at: string | null;
          order_index: number;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          deal_id?: string | null;
          contact_id?: string | null;
          phase_id?: string | null;
          assigned_to?: string | null;
          title: string;
          description?: string | null;
          status?: "todo" | "in_progress" | "blocked" | "done" | "cancelled";
          priority?: "low" | "medium" | "high" | "urgent";
          workflow_phase?: string | null;
          is_critical_path?: boolean;
          due_date?: string | null;
          completed_at?: string | null;
          order_index?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string | null;
          project_id?: string | null;
          deal_id?: string | null;
          contact_id?: string | null;
          phase_id?: string | null;
          assigned_to?: string | null;
          title?: string;
          description?: string | null;
          status?: "todo" | "in_progress" | "blocked" | "done" | "cancelled";
          priority?: "low" | "medium" | "high" | "urgent";
          workflow_phase?: string | null;
          is_critical_path?: boolean;
          due_date?: string | null;
          completed_at?: string | null;
          order_index?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "tasks_assigned_to_fkey"; columns: ["assigned_to"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "tasks_assigned_to_fkey"; columns: ["assigned_to"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "tasks_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "tasks_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "tasks_organization_id_contact_id_fkey"; columns: ["organization_id", "contact_id"]; isOneToOne: false; referencedRelation: "contacts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "tasks_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "deals"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "tasks_organization_id_deal_id_fkey"; columns: ["organization_id", "deal_id"]; isOneToOne: false; referencedRelation: "sponsors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "tasks_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "tasks_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "tasks_organization_id_phase_id_fkey"; columns: ["organization_id", "phase_id"]; isOneToOne: false; referencedRelation: "event_phases"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "tasks_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Lighting, sound and staging needs of an event or a segment. */
      technical_requirements: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          segment_id: string | null;
          category: "lighting" | "sound" | "staging" | "other";
          requirements: Json;
          status: "pending" | "confirmed" | "completed";
          notes: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          segment_id?: string | null;
          category: "lighting" | "sound" | "staging" | "other";
          requirements?: Json;
          status?: "pending" | "confirmed" | "completed";
          notes?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          segment_id?: string | null;
          category?: "lighting" | "sound" | "staging" | "other";
          requirements?: Json;
          status?: "pending" | "confirmed" | "completed";
          notes?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "technical_requirements_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "technical_requirements_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "technical_requirements_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "technical_requirements_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "technical_requirements_organization_id_segment_id_fkey"; columns: ["organization_id", "segment_id"]; isOneToOne: false; referencedRelation: "runway_segments"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Ticket types of an event. sold counts confirmed and attended registrations, held the pending ones; a registration is one ticket, whatever the size of its party. */
      ticket_tiers: {
        Row: {
          id: string;
          organization_id: string;
          event_id: string;
          name: string;
          description: string | null;
          type: "paid" | "comp" | "press" | "vip";
          price: number;
          currency: string;
          quantity_total: number;
          quantity_sold: number;
          quantity_held: number;
          benefits: Json;
          color: string | null;
          sale_start: string | null;
          sale_end: string | null;
          status: "active" | "inactive" | "sold_out";
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          event_id: string;
          name: string;
          description?: string | null;
          type?: "paid" | "comp" | "press" | "vip";
          price?: number;
          currency?: string;
          quantity_total: number;
          quantity_sold?: number;
          quantity_held?: number;
          benefits?: Json;
          color?: string | null;
          sale_start?: string | null;
          sale_end?: string | null;
          status?: "active" | "inactive" | "sold_out";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          event_id?: string;
          name?: string;
          description?: string | null;
          type?: "paid" | "comp" | "press" | "vip";
          price?: number;
          currency?: string;
          quantity_total?: number;
          quantity_sold?: number;
          quantity_held?: number;
          benefits?: Json;
          color?: string | null;
          sale_start?: string | null;
          sale_end?: string | null;
          status?: "active" | "inactive" | "sold_out";
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "ticket_tiers_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "ticket_tiers_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "ticket_tiers_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ticket_tiers_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** People of a tier, plus-ones included: expected, arrived, inside. Always equal to app.recount(). */
      tier_counters: {
        Row: {
          ticket_tier_id: string;
          organization_id: string;
          event_id: string;
          expected_people: number;
          arrived_people: number;
          inside_people: number;
          updated_at: string;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "tier_counters_event_id_ticket_tier_id_fkey"; columns: ["event_id", "ticket_tier_id"]; isOneToOne: true; referencedRelation: "ticket_tiers"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "tier_counters_event_id_ticket_tier_id_fkey"; columns: ["event_id", "ticket_tier_id"]; isOneToOne: true; referencedRelation: "ticket_types"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "tier_counters_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "tier_counters_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** The card that a person shows to co-members: bio, links, company. */
      user_profiles: {
        Row: {
          id: string;
          user_id: string;
          bio: string | null;
          social_links: Json;
          company: string | null;
          position: string | null;
          location: string | null;
          preferences: Json;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          user_id: string;
          bio?: string | null;
          social_links?: Json;
          company?: string | null;
          position?: string | null;
          location?: string | null;
          preferences?: Json;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          user_id?: string;
          bio?: string | null;
          social_links?: Json;
          company?: string | null;
          position?: string | null;
          location?: string | null;
          preferences?: Json;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "user_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: true; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "user_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: true; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** One row a human account, across all organizations. user_type is a persona and never grants anything; memberships do. */
      users: {
        Row: {
          id: string;
          email: string | null;
          full_name: string;
          phone_number: string | null;
          user_type: "admin" | "organizer" | "designer" | "model" | "attendee" | "staff" | "client" | "sponsor";
          status: "active" | "inactive" | "pending" | "erased";
          last_login: string | null;
          profile_image_url: string | null;
          preferences: Json;
          locale: string;
          time_zone: string;
          created_at: string;
          updated_at: string;
          rev: number;
          email_confirmed_at: string | null;
        };
        Insert: never;
        Update: {
          full_name?: string;
          phone_number?: string | null;
          profile_image_url?: string | null;
          preferences?: Json;
          locale?: string;
          time_zone?: string;
        };
        Relationships: [];
      };
      /** How a vendor did, in the eyes of one person, once an event. A vendor's rating is their mean. */
      vendor_ratings: {
        Row: {
          id: string;
          organization_id: string;
          vendor_id: string;
          event_id: string | null;
          reviewed_event: string;
          rated_by: string | null;
          rating: number;
          review: string | null;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          vendor_id: string;
          event_id?: string | null;
          reviewed_event?: string;
          rated_by?: string | null;
          rating: number;
          review?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          vendor_id?: string;
          event_id?: string | null;
          reviewed_event?: string;
          rated_by?: string | null;
          rating?: number;
          review?: string | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "vendor_ratings_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "vendor_ratings_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "vendor_ratings_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "vendor_ratings_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "vendor_ratings_organization_id_vendor_id_fkey"; columns: ["organization_id", "vendor_id"]; isOneToOne: false; referencedRelation: "vendors"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "vendor_ratings_rated_by_fkey"; columns: ["rated_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "vendor_ratings_rated_by_fkey"; columns: ["rated_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** What a supplier offers, at which price. */
      vendor_services: {
        Row: {
          id: string;
          organization_id: string;
          vendor_id: string;
          name: string;
          description: string | null;
          pricing: Json;
          availability: Json;
          meta_data: Json;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          vendor_id: string;
          name: string;
          description?: string | null;
          pricing?: Json;
          availability?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          vendor_id?: string;
          name?: string;
          description?: string | null;
          pricing?: Json;
          availability?: Json;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "vendor_services_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "vendor_services_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "vendor_services_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "vendor_services_organization_id_vendor_id_fkey"; columns: ["organization_id", "vendor_id"]; isOneToOne: false; referencedRelation: "vendors"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Suppliers. rating is the mean of their ratings. */
      vendors: {
        Row: {
          id: string;
          organization_id: string;
          account_id: string | null;
          name: string;
          type: string[];
          contact_info: string | null;
          status: "active" | "inactive";
          rating: number | null;
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          account_id?: string | null;
          name: string;
          type?: string[];
          contact_info?: string | null;
          status?: "active" | "inactive";
          rating?: number | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          account_id?: string | null;
          name?: string;
          type?: string[];
          contact_info?: string | null;
          status?: "active" | "inactive";
          rating?: number | null;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "vendors_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "vendors_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "vendors_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "vendors_organization_id_account_id_fkey"; columns: ["organization_id", "account_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "vendors_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Booking calendar of a venue. Booked and blocked periods never overlap; available and tentative ones may. date is the local date of the start; a stay past midnight is one row. */
      venue_availability: {
        Row: {
          id: string;
          organization_id: string;
          venue_id: string;
          event_id: string | null;
          shoot_id: string | null;
          project_id: string | null;
          time_zone: string;
          start_time: string;
          end_time: string;
          date: string | null;
          during: string | null;
          status: "available" | "booked" | "tentative" | "blocked";
          note: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          venue_id: string;
          event_id?: string | null;
          shoot_id?: string | null;
          project_id?: string | null;
          time_zone?: string;
          start_time: string;
          end_time: string;
          status?: "available" | "booked" | "tentative" | "blocked";
          note?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          venue_id?: string;
          event_id?: string | null;
          shoot_id?: string | null;
          project_id?: string | null;
          time_zone?: string;
          start_time?: string;
          end_time?: string;
          status?: "available" | "booked" | "tentative" | "blocked";
          note?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "venue_availability_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "venue_availability_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "venue_availability_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "venue_availability_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "venue_availability_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "venue_availability_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "venue_availability_organization_id_venue_id_fkey"; columns: ["organization_id", "venue_id"]; isOneToOne: false; referencedRelation: "venues"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Floor plans of a venue, versioned: an image or PDF, and its zones. */
      venue_floor_plans: {
        Row: {
          id: string;
          organization_id: string;
          venue_id: string;
          name: string;
          level: string | null;
          asset_id: string | null;
          zones: Json;
          version: number;
          is_current: boolean;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          venue_id: string;
          name: string;
          level?: string | null;
          asset_id?: string | null;
          zones?: Json;
          version?: number;
          is_current?: boolean;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          venue_id?: string;
          name?: string;
          level?: string | null;
          asset_id?: string | null;
          zones?: Json;
          version?: number;
          is_current?: boolean;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "venue_floor_plans_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "venue_floor_plans_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "venue_floor_plans_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "venue_floor_plans_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "venue_floor_plans_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "venue_floor_plans_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "venue_floor_plans_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "venue_floor_plans_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "venue_floor_plans_organization_id_venue_id_fkey"; columns: ["organization_id", "venue_id"]; isOneToOne: false; referencedRelation: "venues"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Where events happen and shoots take place. */
      venues: {
        Row: {
          id: string;
          organization_id: string;
          owner_id: string | null;
          name: string;
          address: string | null;
          city: string | null;
          country: string | null;
          capacity: number | null;
          type: "indoor" | "outdoor" | "hybrid" | null;
          amenities: Json;
          facilities: Json;
          contact_info: string | null;
          access_info: Json;
          time_zone: string;
          meta_data: Json;
          search: unknown;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          owner_id?: string | null;
          name: string;
          address?: string | null;
          city?: string | null;
          country?: string | null;
          capacity?: number | null;
          type?: "indoor" | "outdoor" | "hybrid" | null;
          amenities?: Json;
          facilities?: Json;
          contact_info?: string | null;
          access_info?: Json;
          time_zone?: string;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          owner_id?: string | null;
          name?: string;
          address?: string | null;
          city?: string | null;
          country?: string | null;
          capacity?: number | null;
          type?: "indoor" | "outdoor" | "hybrid" | null;
          amenities?: Json;
          facilities?: Json;
          contact_info?: string | null;
          access_info?: Json;
          time_zone?: string;
          meta_data?: Json;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "venues_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "venues_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "venues_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "venues_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "venues_owner_id_fkey"; columns: ["owner_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Webhooks as they came in: the same delivery twice is one row. */
      webhook_deliveries: {
        Row: {
          id: string;
          organization_id: string;
          connection_id: string;
          external_id: string;
          kind: string | null;
          signature_ok: boolean;
          received_at: string;
          processed_at: string | null;
          status: "received" | "processed" | "ignored" | "failed";
          error: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: never;
        Update: never;
        Relationships: [
          { foreignKeyName: "webhook_deliveries_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "webhook_deliveries_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "webhook_deliveries_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "webhook_deliveries_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "webhook_deliveries_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "webhook_deliveries_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "webhook_deliveries_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "webhook_deliveries_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Brief and structure of a website, in versions. An approved version stays as it was approved. */
      website_briefs: {
        Row: {
          id: string;
          organization_id: string;
          project_id: string;
          ai_run_id: string | null;
          title: string;
          brief: Json;
          site_structure: Json;
          status: "draft" | "in_review" | "approved";
          version: number;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          project_id: string;
          ai_run_id?: string | null;
          title: string;
          brief?: Json;
          site_structure?: Json;
          status?: "draft" | "in_review" | "approved";
          version?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          project_id?: string;
          ai_run_id?: string | null;
          title?: string;
          brief?: Json;
          site_structure?: Json;
          status?: "draft" | "in_review" | "approved";
          version?: number;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "website_briefs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "website_briefs_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "website_briefs_organization_id_ai_run_id_fkey"; columns: ["organization_id", "ai_run_id"]; isOneToOne: false; referencedRelation: "ai_runs"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "website_briefs_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "website_briefs_organization_id_project_id_fkey"; columns: ["organization_id", "project_id"]; isOneToOne: false; referencedRelation: "projects"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Where somebody is in a wizard, and what they have entered, on whatever device. */
      wizard_drafts: {
        Row: {
          id: string;
          organization_id: string;
          user_id: string;
          wizard: "event" | "shoot" | "website" | "designer";
          step: number;
          step_count: number;
          state: Json;
          status: "open" | "submitted" | "discarded";
          result_type: string | null;
          result_id: string | null;
          created_by: string | null;
          created_at: string;
          updated_at: string;
          rev: number;
        };
        Insert: {
          id?: string;
          organization_id?: string;
          user_id?: string;
          wizard: "event" | "shoot" | "website" | "designer";
          step?: number;
          step_count: number;
          state?: Json;
          status?: "open" | "submitted" | "discarded";
          result_type?: string | null;
          result_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Update: {
          id?: string;
          organization_id?: string;
          user_id?: string;
          wizard?: "event" | "shoot" | "website" | "designer";
          step?: number;
          step_count?: number;
          state?: Json;
          status?: "open" | "submitted" | "discarded";
          result_type?: string | null;
          result_id?: string | null;
          created_by?: string | null;
          created_at?: string;
          updated_at?: string;
          rev?: number;
        };
        Relationships: [
          { foreignKeyName: "wizard_drafts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "wizard_drafts_created_by_fkey"; columns: ["created_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "wizard_drafts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "wizard_drafts_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "wizard_drafts_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
    };
    Views: {
      /** Connected Amazon sellers, one a marketplace. Nobody reads the token. */
      amazon_connections: {
        Row: {
          id: string | null;
          organization_id: string | null;
          user_id: string | null;
          seller_id: string | null;
          marketplace_id: string | null;
          access_token: string | null;
          status: "active" | "expired" | "revoked" | "error" | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "plugin_connections_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Assets of products on Amazon. */
      amazon_media_links: {
        Row: {
          id: string | null;
          organization_id: string | null;
          asset_id: string | null;
          amazon_product_id: string | null;
          position: number | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "amazon_product_id"]; isOneToOne: false; referencedRelation: "channel_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "amazon_product_id"]; isOneToOne: false; referencedRelation: "amazon_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "amazon_product_id"]; isOneToOne: false; referencedRelation: "shopify_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Products as Amazon lists them. */
      amazon_products: {
        Row: {
          id: string | null;
          organization_id: string | null;
          connection_id: string | null;
          channel: string | null;
          sku: string | null;
          asin: string | null;
          title: string | null;
          status: string | null;
          synced_at: string | null;
          created_at: string | null;
        };
        Insert: {
          id?: string | null;
          organization_id?: string | null;
          connection_id?: string | null;
          channel?: string | null;
          sku?: string | null;
          asin?: string | null;
          title?: string | null;
          status?: string | null;
          synced_at?: string | null;
          created_at?: string | null;
        };
        Update: {
          id?: string | null;
          organization_id?: string | null;
          connection_id?: string | null;
          channel?: string | null;
          sku?: string | null;
          asin?: string | null;
          title?: string | null;
          status?: string | null;
          synced_at?: string | null;
          created_at?: string | null;
        };
        Relationships: [
          { foreignKeyName: "channel_products_channel_connection_id_fkey"; columns: ["channel", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["provider", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Model cards with the agency's name. */
      casting_profiles: {
        Row: {
          id: string | null;
          organization_id: string | null;
          name: string | null;
          measurements: Json | null;
          agency: string | null;
        };
        Relationships: [
          { foreignKeyName: "model_profiles_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Designers with the name of their brand. */
      designers: {
        Row: {
          id: string | null;
          organization_id: string | null;
          user_id: string | null;
          brand_name: string | null;
          portfolio_url: string | null;
          specialties: string[] | null;
          experience_level: string | null;
          achievements: Json | null;
          meta_data: Json | null;
        };
        Relationships: [
          { foreignKeyName: "designer_profiles_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Photos, videos and documents of events. */
      event_assets: {
        Row: {
          id: string | null;
          organization_id: string | null;
          event_id: string | null;
          type: string | null;
          url: string | null;
          title: string | null;
          is_featured: boolean | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "assets_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Sponsorships of events. */
      event_sponsors: {
        Row: {
          id: string | null;
          organization_id: string | null;
          event_id: string | null;
          sponsor_org_id: string | null;
          tier: string | null;
          amount: number | null;
          status: "pending" | "active" | "completed" | "cancelled" | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "event_sponsorships_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_sponsorships_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_org_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_org_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Sponsorships of events, under their other older name. */
      event_sponsors_junction: {
        Row: {
          id: string | null;
          organization_id: string | null;
          event_id: string | null;
          sponsor_org_id: string | null;
          tier: string | null;
          amount: number | null;
          status: "pending" | "active" | "completed" | "cancelled" | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "event_sponsorships_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_sponsorships_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_org_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_sponsorships_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_org_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Connected Facebook pages. Nobody reads the token. */
      facebook_connections: {
        Row: {
          id: string | null;
          organization_id: string | null;
          user_id: string | null;
          facebook_page_id: string | null;
          page_name: string | null;
          access_token: string | null;
          status: "active" | "expired" | "revoked" | "error" | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "plugin_connections_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Posts on Facebook pages. */
      facebook_posts: {
        Row: {
          id: string | null;
          organization_id: string | null;
          connection_id: string | null;
          platform: string | null;
          asset_id: string | null;
          message: string | null;
          status: "draft" | "scheduled" | "published" | "failed" | null;
          scheduled_at: string | null;
          published_at: string | null;
          facebook_post_id: string | null;
          created_at: string | null;
        };
        Insert: {
          id?: string | null;
          organization_id?: string | null;
          connection_id?: string | null;
          platform?: string | null;
          asset_id?: string | null;
          message?: string | null;
          status?: "draft" | "scheduled" | "published" | "failed" | null;
          scheduled_at?: string | null;
          published_at?: string | null;
          facebook_post_id?: string | null;
          created_at?: string | null;
        };
        Update: {
          id?: string | null;
          organization_id?: string | null;
          connection_id?: string | null;
          platform?: string | null;
          asset_id?: string | null;
          message?: string | null;
          status?: "draft" | "scheduled" | "published" | "failed" | null;
          scheduled_at?: string | null;
          published_at?: string | null;
          facebook_post_id?: string | null;
          created_at?: string | null;
        };
        Relationships: [
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "social_posts_platform_connection_id_fkey"; columns: ["platform", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["provider", "id"] },
        ];
      };
      /** Designers with the first of their specialties. */
      fashion_show_designer_profiles: {
        Row: {
          id: string | null;
          organization_id: string | null;
          user_id: string | null;
          brand_id: string | null;
          specialty: string | null;
        };
        Relationships: [
          { foreignKeyName: "designer_profiles_organization_id_brand_id_fkey"; columns: ["organization_id", "brand_id"]; isOneToOne: false; referencedRelation: "fashion_brands"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "designer_profiles_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "designer_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Connected Instagram accounts. Nobody reads the token. */
      instagram_connections: {
        Row: {
          id: string | null;
          organization_id: string | null;
          user_id: string | null;
          instagram_account_id: string | null;
          access_token: string | null;
          status: "active" | "expired" | "revoked" | "error" | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "plugin_connections_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Posts on Instagram. */
      instagram_posts: {
        Row: {
          id: string | null;
          organization_id: string | null;
          connection_id: string | null;
          platform: string | null;
          asset_id: string | null;
          caption: string | null;
          status: "draft" | "scheduled" | "published" | "failed" | null;
          scheduled_at: string | null;
          published_at: string | null;
          instagram_media_id: string | null;
          created_at: string | null;
        };
        Insert: {
          id?: string | null;
          organization_id?: string | null;
          connection_id?: string | null;
          platform?: string | null;
          asset_id?: string | null;
          caption?: string | null;
          status?: "draft" | "scheduled" | "published" | "failed" | null;
          scheduled_at?: string | null;
          published_at?: string | null;
          instagram_media_id?: string | null;
          created_at?: string | null;
        };
        Update: {
          id?: string | null;
          organization_id?: string | null;
          connection_id?: string | null;
          platform?: string | null;
          asset_id?: string | null;
          caption?: string | null;
          status?: "draft" | "scheduled" | "published" | "failed" | null;
          scheduled_at?: string | null;
          published_at?: string | null;
          instagram_media_id?: string | null;
          created_at?: string | null;
        };
        Relationships: [
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_connection_id_fkey"; columns: ["organization_id", "connection_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "social_posts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "social_posts_platform_connection_id_fkey"; columns: ["platform", "connection_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["provider", "id"] },
        ];
      };
      /** Every asset, with its file. */
      media_assets: {
        Row: {
          id: string | null;
          organization_id: string | null;
          type: "image" | "video" | "document" | "logo" | "banner" | null;
          url: string | null;
          filename: string | null;
          file_size: number | null;
          mime_type: string | null;
          dimensions: Json | null;
          duration: number | null;
          uploaded_by: string | null;
          created_at: string | null;
          meta_data: Json | null;
        };
        Relationships: [
          { foreignKeyName: "assets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_uploaded_by_fkey"; columns: ["uploaded_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_uploaded_by_fkey"; columns: ["uploaded_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Model cards under the name that older clients use. */
      models: {
        Row: {
          id: string | null;
          organization_id: string | null;
          user_id: string | null;
          height: number | null;
          measurements: Json | null;
          portfolio_url: string | null;
          experience_level: string | null;
          availability: string | null;
          meta_data: Json | null;
        };
        Relationships: [
          { foreignKeyName: "model_profiles_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "model_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "model_profiles_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** People with their role in the current organization. */
      profiles: {
        Row: {
          id: string | null;
          full_name: string | null;
          email: string | null;
          avatar_url: string | null;
          role:
            | "owner"
            | "admin"
            | "producer"
            | "staff"
            | "client"
            | "designer"
            | "model"
            | "sponsor"
            | "attendee"
            | null;
          created_at: string | null;
        };
        Relationships: [];
      };
      /** Rehearsals under the name that older clients use. */
      rehearsal_schedules: {
        Row: {
          id: string | null;
          organization_id: string | null;
          event_id: string | null;
          segment_id: string | null;
          start_time: string | null;
          end_time: string | null;
          location: string | null;
          notes: string | null;
          meta_data: Json | null;
          time_slot: string | null;
        };
        Relationships: [
          { foreignKeyName: "event_rehearsals_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "event_rehearsals_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "event_rehearsals_organization_id_segment_id_fkey"; columns: ["organization_id", "segment_id"]; isOneToOne: false; referencedRelation: "runway_segments"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Photos of shoots, with who approved them. */
      shoot_assets: {
        Row: {
          id: string | null;
          organization_id: string | null;
          shoot_id: string | null;
          file_url: string | null;
          thumbnail_url: string | null;
          is_final: boolean | null;
          approved_by: string | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "assets_approved_by_fkey"; columns: ["approved_by"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_approved_by_fkey"; columns: ["approved_by"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** What is owed for shoots. */
      shoot_payments: {
        Row: {
          id: string | null;
          organization_id: string | null;
          shoot_id: string | null;
          amount: number | null;
          status: "pending" | "invoiced" | "paid" | "overdue" | null;
          invoice_url: string | null;
          paid_at: string | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "billing_milestones_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "billing_milestones_organization_id_shoot_id_fkey"; columns: ["organization_id", "shoot_id"]; isOneToOne: false; referencedRelation: "shoots"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Assets of products on Shopify. */
      shopify_media_links: {
        Row: {
          id: string | null;
          organization_id: string | null;
          asset_id: string | null;
          shopify_product_id: string | null;
          shopify_media_id: string | null;
          position: number | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "event_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "media_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "shoot_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_asset_id_fkey"; columns: ["organization_id", "asset_id"]; isOneToOne: false; referencedRelation: "sponsor_assets"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "shopify_product_id"]; isOneToOne: false; referencedRelation: "channel_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "shopify_product_id"]; isOneToOne: false; referencedRelation: "amazon_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_channel_product_id_fkey"; columns: ["organization_id", "shopify_product_id"]; isOneToOne: false; referencedRelation: "shopify_products"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_media_links_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Products as Shopify lists them. */
      shopify_products: {
        Row: {
          id: string | null;
          organization_id: string | null;
          shop_id: string | null;
          channel: string | null;
          shopify_product_id: string | null;
          title: string | null;
          handle: string | null;
          status: string | null;
          synced_at: string | null;
          created_at: string | null;
        };
        Insert: {
          id?: string | null;
          organization_id?: string | null;
          shop_id?: string | null;
          channel?: string | null;
          shopify_product_id?: string | null;
          title?: string | null;
          handle?: string | null;
          status?: string | null;
          synced_at?: string | null;
          created_at?: string | null;
        };
        Update: {
          id?: string | null;
          organization_id?: string | null;
          shop_id?: string | null;
          channel?: string | null;
          shopify_product_id?: string | null;
          title?: string | null;
          handle?: string | null;
          status?: string | null;
          synced_at?: string | null;
          created_at?: string | null;
        };
        Relationships: [
          { foreignKeyName: "channel_products_channel_connection_id_fkey"; columns: ["channel", "shop_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["provider", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "shop_id"]; isOneToOne: false; referencedRelation: "plugin_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "shop_id"]; isOneToOne: false; referencedRelation: "amazon_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "shop_id"]; isOneToOne: false; referencedRelation: "facebook_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "shop_id"]; isOneToOne: false; referencedRelation: "instagram_connections"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_connection_id_fkey"; columns: ["organization_id", "shop_id"]; isOneToOne: false; referencedRelation: "shopify_shops"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "channel_products_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Connected Shopify shops. Nobody reads the token. */
      shopify_shops: {
        Row: {
          id: string | null;
          organization_id: string | null;
          user_id: string | null;
          shop_domain: string | null;
          access_token: string | null;
          status: "active" | "expired" | "revoked" | "error" | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "plugin_connections_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "plugin_connections_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Logos, banners and the like of sponsors. */
      sponsor_assets: {
        Row: {
          id: string | null;
          organization_id: string | null;
          sponsor_id: string | null;
          type: "image" | "video" | "document" | "logo" | "banner" | null;
          url: string | null;
          status: "uploading" | "processing" | "pending" | "approved" | "rejected" | "failed" | "archived" | null;
          dimensions: Json | null;
          meta_data: Json | null;
        };
        Relationships: [
          { foreignKeyName: "assets_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "assets_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_id"]; isOneToOne: false; referencedRelation: "accounts"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "assets_organization_id_sponsor_id_fkey"; columns: ["organization_id", "sponsor_id"]; isOneToOne: false; referencedRelation: "sponsor_organizations"; referencedColumns: ["organization_id", "id"] },
        ];
      };
      /** Companies that sponsor. */
      sponsor_organizations: {
        Row: {
          id: string | null;
          organization_id: string | null;
          name: string | null;
          industry: string | null;
          logo_url: string | null;
          website: string | null;
          created_at: string | null;
        };
        Relationships: [
          { foreignKeyName: "accounts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Sponsors in the pipeline, with their company and what they have committed. */
      sponsors: {
        Row: {
          id: string | null;
          organization_id: string | null;
          event_id: string | null;
          company_name: string | null;
          tier: string | null;
          status: string | null;
          value: number | null;
          fit_score: number | null;
          created_at: string | null;
          updated_at: string | null;
          name: string | null;
          contribution_amount: number | null;
          company_info: Json | null;
          contact_info: string | null;
          industry: string | null;
          meta_data: Json | null;
          account_status: "active" | "inactive" | "pending" | "archived" | null;
        };
        Relationships: [
          { foreignKeyName: "deals_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "deals_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Tiers under the name that older clients use. */
      ticket_types: {
        Row: {
          id: string | null;
          organization_id: string | null;
          event_id: string | null;
          name: string | null;
          description: string | null;
          price: number | null;
          currency: string | null;
          quantity: number | null;
          benefits: Json | null;
          sale_start: string | null;
          sale_end: string | null;
          status: "active" | "inactive" | "sold_out" | null;
        };
        Relationships: [
          { foreignKeyName: "ticket_tiers_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "ticket_tiers_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
        ];
      };
      /** Registrations as tickets: valid, used, cancelled, refunded. A pending registration is not a ticket yet. */
      tickets: {
        Row: {
          id: string | null;
          organization_id: string | null;
          event_id: string | null;
          ticket_type_id: string | null;
          order_id: string | null;
          user_id: string | null;
          status: string | null;
          purchase_date: string | null;
          qr_code: string | null;
          meta_data: Json | null;
        };
        Relationships: [
          { foreignKeyName: "registrations_event_id_ticket_tier_id_fkey"; columns: ["event_id", "ticket_type_id"]; isOneToOne: false; referencedRelation: "ticket_tiers"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "registrations_event_id_ticket_tier_id_fkey"; columns: ["event_id", "ticket_type_id"]; isOneToOne: false; referencedRelation: "ticket_types"; referencedColumns: ["event_id", "id"] },
          { foreignKeyName: "registrations_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "registrations_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "registrations_organization_id_order_id_fkey"; columns: ["organization_id", "order_id"]; isOneToOne: false; referencedRelation: "orders"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "registrations_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "users"; referencedColumns: ["id"] },
          { foreignKeyName: "registrations_user_id_fkey"; columns: ["user_id"]; isOneToOne: false; referencedRelation: "profiles"; referencedColumns: ["id"] },
        ];
      };
      /** Contracts with vendors. */
      vendor_contracts: {
        Row: {
          id: string | null;
          organization_id: string | null;
          vendor_id: string | null;
          event_id: string | null;
          terms: Json | null;
          start_date: string | null;
          end_date: string | null;
          status: "draft" | "sent" | "signed" | "active" | "completed" | "declined" | "void" | null;
          meta_data: Json | null;
        };
        Relationships: [
          { foreignKeyName: "contracts_organization_id_event_id_fkey"; columns: ["organization_id", "event_id"]; isOneToOne: false; referencedRelation: "events"; referencedColumns: ["organization_id", "id"] },
          { foreignKeyName: "contracts_organization_id_fkey"; columns: ["organization_id"]; isOneToOne: false; referencedRelation: "organizations"; referencedColumns: ["id"] },
          { foreignKeyName: "contracts_organization_id_vendor_id_fkey"; columns: ["organization_id", "vendor_id"]; isOneToOne: false; referencedRelation: "vendors"; referencedColumns: ["organization_id", "id"] },
        ];
      };
    };
    Functions: { [_ in never]: never };
    Enums: { [_ in never]: never };
    CompositeTypes: { [_ in never]: never };
  };
}

/**
 * What lists need to know of tables beyond their types, for those whose rows one column tells apart.
 * `key`: that column. `topics`: the rows of a live topic are those whose column, named here, holds the topic's id; of an
 * organization they are all but those with something in one of the columns listed. `sealed`: columns that can be found by
 * equality only, and not be sorted by.
 */
export const TABLE_FACTS = {
  accounts: { key: "id", topics: { organization: [] }, sealed: ["contact_info"] },
  activations: { key: "id", topics: { event: "event_id", organization: [] }, sealed: [] },
  activities: { key: "id", topics: { organization: [] }, sealed: [] },
  ai_citations: { key: "id", topics: { project: "project_id", event: "event_id", organization: [] }, sealed: [] },
  ai_recommendations: { key: "id", topics: { event: "event_id", organization: [] }, sealed: [] },
  ai_runs: { key: "id", topics: { project: "project_id", event: "event_id", organization: [] }, sealed: [] },
  approvals: { key: "id", topics: { project: "project_id", event: "event_id", organization: ["project_id", "event_id"] }, sealed: [] },
  asset_categories: { key: "id", topics: { organization: [] }, sealed: [] },
  asset_links: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  asset_permissions: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  asset_variants: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  assets: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  billing_milestones: { key: "id", topics: { project: "project_id", event: "event_id", organization: ["project_id", "event_id"] }, sealed: [] },
  brand_dna: { key: "id", topics: { organization: [] }, sealed: [] },
  budget_items: { key: "id", topics: { event: "event_id", project: "project_id" }, sealed: [] },
  call_sheets: { key: "id", topics: { event: "event_id", project: "project_id" }, sealed: [] },
  call_times: { key: "id", topics: { event: "event_id", project: "project_id" }, sealed: [] },
  campaigns: { key: "id", topics: { organization: [] }, sealed: [] },
  channel_media_links: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  channel_products: { key: "id", topics: { organization: [] }, sealed: [] },
  check_ins: { key: "id", topics: { event: "event_id" }, sealed: [] },
  cloudinary_assets: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  collections: { key: "id", topics: { organization: [] }, sealed: [] },
  comp_cards: { key: "id", topics: { organization: [] }, sealed: [] },
  contact_segment_members: { key: "id", topics: { organization: [] }, sealed: [] },
  contact_segments: { key: "id", topics: { organization: [] }, sealed: [] },
  contacts: { key: "id", topics: { organization: [] }, sealed: ["email", "whatsapp"] },
  contract_signatories: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: ["name", "email", "signature"] },
  contracts: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  conversation_reads: { key: "id", topics: { organization: [] }, sealed: [] },
  conversations: { key: "id", topics: { organization: [] }, sealed: [] },
  deal_stage_history: { key: "id", topics: { event: "event_id", organization: [] }, sealed: [] },
  deal_stages: { key: "id", topics: { organization: [] }, sealed: [] },
  deals: { key: "id", topics: { event: "event_id", organization: [] }, sealed: [] },
  deliverables: { key: "id", topics: { project: "project_id" }, sealed: [] },
  designer_availability: { key: "id", topics: { event: "event_id", organization: ["event_id"] }, sealed: [] },
  designer_profiles: { key: "id", topics: { organization: [] }, sealed: [] },
  designer_reviews: { key: "id", topics: { event: "event_id", organization: ["event_id"] }, sealed: [] },
  device_pairings: { key: "id", topics: { event: "event_id" }, sealed: [] },
  devices: { key: "id", topics: { event: "event_id", organization: ["event_id"] }, sealed: [] },
  enrichment_suggestions: { key: "id", topics: { organization: [] }, sealed: [] },
  event_alerts: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_amenities: { key: "id", topics: { organization: [] }, sealed: [] },
  event_amenity_assignments: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_categories: { key: "id", topics: { organization: [] }, sealed: [] },
  event_counters: { key: "event_id", topics: { event: "event_id" }, sealed: [] },
  event_designers: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_feedback: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_gate_tiers: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_gates: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_members: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_models: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_phases: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_products: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_rehearsals: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_restrictions: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_schedules: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_sponsorships: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_stakeholders: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_tag_assignments: { key: "id", topics: { event: "event_id" }, sealed: [] },
  event_tags: { key: "id", topics: { organization: [] }, sealed: [] },
  event_vendors: { key: "id", topics: { event: "event_id" }, sealed: [] },
  events: { key: "id", topics: { event: "id", project: "project_id", organization: [] }, sealed: [] },
  fashion_brands: { key: "id", topics: { organization: [] }, sealed: [] },
  gallery_access_log: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  gallery_assets: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  gallery_shares: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: ["recipient_email"] },
  gate_counters: { key: "gate_id", topics: { event: "event_id" }, sealed: [] },
  guardian_checks: { key: "id", topics: { organization: [] }, sealed: [] },
  impact_metrics: { key: "id", topics: { event: "event_id", project: "project_id", organization: [] }, sealed: [] },
  invitations: { key: "id", topics: { organization: [] }, sealed: ["email"] },
  invoice_lines: { key: "id", topics: { project: "project_id", event: "event_id", organization: ["project_id", "event_id"] }, sealed: [] },
  invoices: { key: "id", topics: { project: "project_id", event: "event_id", organization: ["project_id", "event_id"] }, sealed: [] },
  media_galleries: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  media_size_specs: { key: "id", topics: {}, sealed: [] },
  memberships: { key: "id", topics: { organization: [] }, sealed: [] },
  message_acknowledgements: { key: "id", topics: { event: "event_id" }, sealed: [] },
  messages: { key: "id", topics: { organization: [] }, sealed: [] },
  model_agencies: { key: "id", topics: { organization: [] }, sealed: [] },
  model_availability: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  model_profiles: { key: "id", topics: { organization: [] }, sealed: [] },
  model_reviews: { key: "id", topics: { event: "event_id", organization: ["event_id"] }, sealed: [] },
  notifications: { key: "id", topics: { organization: [] }, sealed: [] },
  orders: { key: "id", topics: { event: "event_id", organization: ["event_id"] }, sealed: ["buyer_name", "buyer_email"] },
  organizations: { key: "id", topics: { organization: "id" }, sealed: [] },
  organizer_team_members: { key: "id", topics: { organization: [] }, sealed: [] },
  organizer_teams: { key: "id", topics: { organization: [] }, sealed: [] },
  payments: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  playbook_chunks: { key: "id", topics: { organization: [] }, sealed: [] },
  playbooks: { key: "id", topics: { organization: [] }, sealed: [] },
  plugin_connections: { key: "id", topics: { organization: [] }, sealed: [] },
  plugin_installs: { key: "id", topics: { organization: [] }, sealed: [] },
  plugin_jobs: { key: "id", topics: { organization: [] }, sealed: [] },
  plugin_runs: { key: "id", topics: { organization: [] }, sealed: [] },
  plugin_subscriptions: { key: "id", topics: { organization: [] }, sealed: [] },
  plugins: { key: "key", topics: {}, sealed: [] },
  privacy_requests: { key: "id", topics: { organization: [] }, sealed: [] },
  products: { key: "id", topics: { organization: [] }, sealed: [] },
  project_members: { key: "id", topics: { project: "project_id" }, sealed: [] },
  projects: { key: "id", topics: { project: "id", organization: [] }, sealed: [] },
  registrations: { key: "id", topics: { event: "event_id" }, sealed: ["attendee_name", "attendee_email"] },
  roi_forecasts: { key: "id", topics: { event: "event_id", organization: [] }, sealed: [] },
  runway_segments: { key: "id", topics: { event: "event_id" }, sealed: [] },
  scenes: { key: "id", topics: { project: "project_id" }, sealed: [] },
  screen_messages: { key: "id", topics: { event: "event_id" }, sealed: [] },
  sessions: { key: "id", topics: {}, sealed: ["ip"] },
  shifts: { key: "id", topics: { event: "event_id" }, sealed: [] },
  shoot_items: { key: "id", topics: { project: "project_id" }, sealed: [] },
  shoot_models: { key: "id", topics: { project: "project_id" }, sealed: [] },
  shoots: { key: "id", topics: { project: "project_id" }, sealed: [] },
  shot_lists: { key: "id", topics: { project: "project_id" }, sealed: [] },
  shot_models: { key: "id", topics: { project: "project_id" }, sealed: [] },
  shot_products: { key: "id", topics: { project: "project_id" }, sealed: [] },
  shots: { key: "id", topics: { project: "project_id" }, sealed: [] },
  show_lineup: { key: "id", topics: { event: "event_id" }, sealed: [] },
  show_run_cues: { key: "id", topics: { event: "event_id" }, sealed: [] },
  show_runs: { key: "id", topics: { event: "event_id" }, sealed: [] },
  social_posts: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  sponsor_deliverables: { key: "id", topics: { event: "event_id" }, sealed: [] },
  sponsorship_packages: { key: "id", topics: { event: "event_id", organization: ["event_id"] }, sealed: [] },
  staff: { key: "id", topics: { organization: [] }, sealed: [] },
  staff_assignments: { key: "id", topics: { event: "event_id" }, sealed: [] },
  staff_roles: { key: "id", topics: { organization: [] }, sealed: [] },
  stakeholders: { key: "id", topics: { organization: [] }, sealed: ["email", "phone"] },
  storage_buckets: { key: "id", topics: { organization: [] }, sealed: [] },
  storage_objects: { key: "id", topics: { organization: [] }, sealed: [] },
  task_assignees: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  task_dependencies: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  tasks: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  technical_requirements: { key: "id", topics: { event: "event_id" }, sealed: [] },
  ticket_tiers: { key: "id", topics: { event: "event_id" }, sealed: [] },
  tier_counters: { key: "ticket_tier_id", topics: { event: "event_id" }, sealed: [] },
  user_profiles: { key: "id", topics: {}, sealed: [] },
  users: { key: "id", topics: {}, sealed: ["email", "phone_number"] },
  vendor_ratings: { key: "id", topics: { event: "event_id", organization: ["event_id"] }, sealed: [] },
  vendor_services: { key: "id", topics: { organization: [] }, sealed: [] },
  vendors: { key: "id", topics: { organization: [] }, sealed: ["contact_info"] },
  venue_availability: { key: "id", topics: { event: "event_id", project: "project_id", organization: ["event_id", "project_id"] }, sealed: [] },
  venue_floor_plans: { key: "id", topics: { organization: [] }, sealed: [] },
  venues: { key: "id", topics: { organization: [] }, sealed: ["contact_info"] },
  webhook_deliveries: { key: "id", topics: { organization: [] }, sealed: [] },
  website_briefs: { key: "id", topics: { project: "project_id" }, sealed: [] },
  wizard_drafts: { key: "id", topics: { organization: [] }, sealed: [] },
} as const;
